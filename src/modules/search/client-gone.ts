import type { Response } from 'express';

/** Aborts once the response is closed: nobody waits for the answer any more, or it has been sent. */
export function whenClientGoes(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}
