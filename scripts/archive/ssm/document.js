// The document of AWS Systems Manager that runs one diagnosis on instances: schema 2.2, for aws ssm create-document.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A parameter that reaches the script as an environment variable. Its pattern allows no quote and no control character,
 * because agents before 3.3.2746.0 write the value into the script.
 */
function parameter(description, more) {
  return { type: 'String', description, interpolationType: 'ENV_VAR', ...more };
}

/** The document as JSON, for the archive of this version of pprobe. */
export function ssmDocument(version) {
  const script = readFileSync(join(import.meta.dirname, 'diagnose.sh'), 'utf8');
  const document = {
    schemaVersion: '2.2',
    description:
      'Says why a private endpoint does not answer from an instance: DNS, timeout or policy. Installs pprobe from an S3 bucket where it is missing.',
    parameters: {
      Target: parameter('What does not answer: a URL, HOST or HOST:PORT.', {
        allowedPattern: '^[A-Za-z0-9\\[][A-Za-z0-9._~:/?#\\[\\]@!&()*+,;=%-]{0,2000}$',
      }),
      VpcEndpoint: parameter('The VPC endpoint of a private API: vpce-ID, or its DNS name. Empty: none.', {
        default: '',
        allowedPattern: '^$|^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$',
      }),
      Bucket: parameter('The S3 bucket with the archive. Empty: pprobe is installed already.', {
        default: '',
        allowedPattern: '^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
      }),
      Prefix: parameter('The folder of the archive and of SHA256SUMS in the bucket.', {
        default: '',
        allowedPattern: '^$|^[A-Za-z0-9][A-Za-z0-9._/-]{0,500}$',
      }),
      Version: parameter('The version to install where pprobe is missing.', {
        default: version,
        allowedPattern: '^[0-9][0-9A-Za-z.-]{0,60}$',
      }),
      Sha256: parameter(
        'The SHA-256 checksum of the archive for this architecture. Empty: SHA256SUMS of the bucket is believed.',
        {
          default: '',
          allowedPattern: '^$|^[0-9a-f]{64}$',
        },
      ),
      Format: parameter(
        'The form of the report: text, or JSON on many lines or on one. Systems Manager keeps 24,000 characters of it; S3 keeps all.',
        {
          default: 'text',
          allowedValues: ['text', 'json', 'ndjson'],
        },
      ),
      MaxTime: parameter('The diagnosis ends after this time with what was measured: 60s, 2m.', {
        default: '60s',
        allowedPattern: '^[1-9][0-9]{0,5}(ms|s|m)$',
      }),
    },
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: 'diagnose',
        precondition: { StringEquals: ['platformType', 'Linux'] },
        inputs: { timeoutSeconds: '900', runCommand: script.trimEnd().split('\n') },
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
