import type { Response } from 'express';
import { AlertReader } from '../../alerts/alert-reader';
import { AlertsController } from './alerts.controller';
import { SearchRunner } from './search-runner';

/** A controller, and the services that it asked for. */
function aController() {
  const asked: unknown[] = [];
  const list: AlertReader['list'] = async ({ services }) => {
    asked.push(services);
    return { alerts: [], nextCursor: null };
  };
  const run = async (
    _kind: string,
    _signal: AbortSignal,
    search: () => Promise<{ answer: unknown }>,
  ): Promise<unknown> => (await search()).answer;
  const controller = new AlertsController(
    Object.assign(Object.create(AlertReader.prototype), { list }),
    Object.assign(Object.create(SearchRunner.prototype), { run }),
  );
  return { controller, asked };
}
const response = { once: () => undefined, on: () => undefined } as unknown as Response;

describe('GET /api/v1/alerts', () => {
  it('refuses a service without a name, as searches do: it answered that there are no alerts', async () => {
    const { controller } = aController();
    await expect(controller.list({ service: [''] }, response)).rejects.toMatchObject({
      wrong: [{ parameter: 'service', given: '', allowed: 'the name of a service' }],
    });
  });

  it('takes names as records have them', async () => {
    const { controller, asked } = aController();
    await controller.list({ service: [' shop ', 'x'.repeat(2_000)] }, response);
    expect(asked).toEqual([['shop', 'x'.repeat(1_024)]]);
  });
});
