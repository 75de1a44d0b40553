import type { AddressInfo } from 'node:net';
import type { Config } from '../config/config';

/** The URL under which a server that listens there is reached from the same machine. */
export function listeningUrl(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error(`not a TCP address: ${String(address)}`);
  const isAny = address.address === '0.0.0.0' || address.address === '::';
  const host = isAny ? '127.0.0.1' : address.address.includes(':') ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

/** Why a server cannot listen, with the variable to change. */
export function listenProblem(error: NodeJS.ErrnoException, { host, port }: Config['http']): Error {
  return new Error(problemText(error, host, port), { cause: error });
}

function problemText(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `PORT: ${port} is taken on ${host}; stop what listens there, or set PORT to another (0 for any free one)`;
    case 'EACCES':
      return `PORT: ${port} may not be opened by this user; set PORT to one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST: ${host} is no address of this machine; 127.0.0.1 is loopback, 0.0.0.0 all`;
    default:
      return `HOST and PORT: cannot listen on ${host}:${port}: ${error.message}`;
  }
}
