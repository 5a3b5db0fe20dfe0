import { spawn } from 'node:child_process';

/**
 * System tools live in `sbin` directories, which the PATH of an ordinary user often lacks. Extra authorities are left out:
 * every Node would read them at its start (60 ms and more), and the lab has its own.
 */
export const toolEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_EXTRA_CA_CERTS: undefined,
  PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`,
};

/** Runs one system command to its end. @throws Error with what the command said, where it fails. */
export async function runTool(argv: readonly string[], input = ''): Promise<void> {
  const [command = '', ...args] = argv;
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { env: toolEnvironment, stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    // A command that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${argv.join(' ')} failed (${signal ?? code}): ${said.trim()}`));
    });
  });
}
