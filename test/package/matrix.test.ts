import { execFile } from 'node:child_process';
import t from 'tap';

/** One member of the matrix that `npm run matrix` tries: npm and Node of this machine, without a network. */

t.test(
  'npm installs the package without a warning, and everything but syn works without privileges',
  async (t) => {
    const { code, stdout, stderr } = await new Promise<{ code: number; stdout: string; stderr: string }>(
      (resolve) => {
        // NODE_OPTIONS of tap names files that another user cannot read.
        const script = 'unset NODE_OPTIONS; exec "$0" scripts/matrix.js --quick';
        execFile('/bin/sh', ['-c', script, process.execPath], (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
        });
      },
    );
    t.equal(code, 0, stderr);
    t.match(stdout, /^\| Node \| manager \| scripts \| compiler \| user \| place \| result \|$/m);
    t.match(stdout, /^\| [\d.]+ \| npm own \| on \| yes \| (?:plain|caller|root) \| global \| works \|$/m);
  },
);
