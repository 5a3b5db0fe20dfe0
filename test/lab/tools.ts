import { spawn } from 'node:child_process';

/**
 * The environment of system tools. They are in `sbin` directories, which the PATH of an ordinary user often lacks. Extra
 * certificate authorities are removed, because every Node process would read them at its start (60 ms and more).
 */
export const toolEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_EXTRA_CA_CERTS: undefined,
  PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`,
};

/** Runs one system command to its end. @throws Error with its standard error if it fails. */
export async function runTool(argv: readonly string[], input = ''): Promise<void> {
  const [command = '', ...args] = argv;
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, { env: toolEnvironment, stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    // A command may end without reading its input. Its exit code decides.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${argv.join(' ')} failed (${signal ?? code}): ${said.trim()}`));
    });
  });
}
