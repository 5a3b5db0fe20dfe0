// Runs in a responder's namespace: makes the traces of its argument with the built library, several at a time, and prints the
// documents in the same order. With `stillMs` the process is busy for this time again and again, and reads nothing meanwhile.
const { library, atOnce, runs, stillMs = 0 } = JSON.parse(process.argv[2]);
const { trace } = await import(library);
const nothing = new Int32Array(new SharedArrayBuffer(4));
if (stillMs > 0) setInterval(() => Atomics.wait(nothing, 0, 0, stillMs), 50).unref();
const documents = [];
let next = 0;
async function worker() {
  while (next < runs.length) {
    const index = next++;
    const { target, options } = runs[index];
    documents[index] = await trace(target, options);
  }
}
await Promise.all(Array.from({ length: atOnce }, worker));
console.log(JSON.stringify(documents));
