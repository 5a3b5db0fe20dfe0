import type { Socket } from 'node:net';
import { type AskInput, type AskOptions, ask } from '../../../src/probe/http/ask.js';
import { validateDocument } from '../../documents/validate.js';
import { response } from './servers.js';

const plain: AskInput = { variant: 'plain', url: 'https://api.test/prod', address: '127.0.0.1' };

/** Sends a request, and checks the document against its schema. */
export async function asked(socket: Socket, input: Partial<AskInput> = {}, options: AskOptions = {}) {
  const document = await ask(socket, { ...plain, ...input }, { timeoutMs: 60_000, ...options });
  const problems = validateDocument(document);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return document;
}

export const forbidden = response(
  '403 Forbidden',
  {
    server: 'Server',
    'x-amzn-requestid': '0f0f0f0f-0000-4000-8000-000000000000',
    'x-amzn-errortype': 'ForbiddenException:http://internal.example/coral/',
    'x-amz-apigw-id': 'AbCdEfGhIjKlMnO=',
    'content-type': 'application/json',
  },
  '{"message":"Forbidden"}',
);
