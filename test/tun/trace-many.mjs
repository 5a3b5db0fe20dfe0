// Runs in a responder's namespace: makes the traces of its argument with the built library, several at a time, and prints the
// documents in the same order.
const { library, atOnce, runs } = JSON.parse(process.argv[2]);
const { trace } = await import(library);
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
