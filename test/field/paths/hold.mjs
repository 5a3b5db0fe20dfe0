// Loaded into a process before its own program, this keeps its event loop busy from 150 ms to 950 ms after the program started.
setTimeout(() => {
  const end = performance.now() + 800;
  while (performance.now() < end);
}, 150).unref();
