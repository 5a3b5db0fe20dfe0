// Traces all targets of a block at the same time with the library; prints the duration, the processor time and the peak memory.
import { readdirSync } from 'node:fs';

const [library, method, count] = process.argv.slice(2);
const { trace } = await import(library);
let peakDescriptors = 0;
const watch = setInterval(() => {
  peakDescriptors = Math.max(peakDescriptors, readdirSync('/proc/self/fd').length);
}, 20);
const targets = Array.from({ length: Number(count) }, (_, index) => `198.18.${index >> 8}.${index & 255}`);
const start = performance.now();
const documents = await Promise.all(targets.map((target) => trace(target, { method })));
const elapsedMs = performance.now() - start;
const { user, system } = process.cpuUsage();
clearInterval(watch);
console.log(
  JSON.stringify({
    elapsedMs,
    processorMs: (user + system) / 1000,
    peakDescriptors,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    open: documents.filter(({ outcome }) => outcome === 'open').length,
    stars: documents
      .flatMap(({ hops }) => hops.flatMap(({ probes }) => probes))
      .filter(({ reply }) => reply === 'none').length,
  }),
);
