// Traces with the library while other code of the process computes for 20 ms at a time.
const [library, target, method] = process.argv.slice(2);
const { trace } = await import(library);
const burnMs = 20;
let isDone = false;
const traced = trace(target, { method }).finally(() => {
  isDone = true;
});
while (!isDone) {
  const end = performance.now() + burnMs;
  while (performance.now() < end);
  await new Promise((resolve) => setImmediate(resolve));
}
console.log(JSON.stringify(await traced));
