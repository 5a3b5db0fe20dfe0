import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { explain } from '../../src/diagnose/explain.js';
import { validateDocument } from '../documents/validate.js';
import { labUnavailable, startLab } from '../lab/lab.js';

const unavailable = await labUnavailable();

t.test(
  'diagnose --redact: text, JSON, saved report and page contain only masks',
  { skip: unavailable ?? false },
  async (t) => {
    const lab = await startLab();
    t.teardown(() => lab.stop());
    const { addresses, caFile, names, url } = lab.facts;
    await lab.break('resource-policy-explicit');
    const dir = t.testdir({});
    const [saved, page] = [join(dir, 'report.json'), join(dir, 'report.html')];
    const argv = [
      process.execPath,
      join(process.cwd(), 'bin/pprobe.js'),
      'diagnose',
      url,
      '--ca-file',
      caFile,
    ];
    const forms = ['--redact', '--trace', '--save', saved, '--html', page, '--json'];
    const { stdout, stderr, exitCode } = await lab.exec('client', [...argv, ...forms]);
    t.equal(exitCode, 12, stderr);
    const written = { stdout, saved: await readFile(saved, 'utf8'), page: await readFile(page, 'utf8') };
    const originals = [
      ...Object.values(addresses).flatMap((each) => Object.values(each)),
      names.api.split('.')[0],
      hostname(),
    ].filter((each): each is string => typeof each === 'string' && each.length > 3);
    t.ok(originals.length > 10);
    for (const [form, text] of Object.entries(written))
      t.same(
        originals.filter((each) => text.includes(each)),
        [],
        form,
      );
    const document = JSON.parse(stdout);
    t.same(validateDocument(document), []);
    t.same(JSON.parse(written.saved), document);
    t.match(explain(written.saved).verdict, { class: 'policy', cause: 'policy.resource-explicit' });
  },
);
