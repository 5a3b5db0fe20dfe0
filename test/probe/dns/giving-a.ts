import { type Asked, address, reply } from './server.js';

/** Answers A with these addresses, and all other types without data. */
export const givingA =
  (...addresses: string[]) =>
  (asked: Asked) => [
    reply(asked, { answers: asked.type === 'A' ? addresses.map((each) => address(asked.name, each)) : [] }),
  ];
