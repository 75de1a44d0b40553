import { type LogLine, memoryTelemetry } from '../../test/support/http-app';
import { EmbeddedEvents, type EmbeddedPlaces } from './embedded-events';

const BOTH: EmbeddedPlaces = {
  rabbitmq: 'amqp://guest:guest@127.0.0.1:5701',
  mongodb: 'mongodb://127.0.0.1:5702/logwarren?replicaSet=rs0',
  folder: '/data',
  maxBytes: 256 * 1024 * 1024,
};

function told(tell: (events: EmbeddedEvents) => void): LogLine[] {
  const logged: LogLine[] = [];
  tell(new EmbeddedEvents(memoryTelemetry(logged)));
  return logged;
}

describe('EmbeddedEvents', () => {
  it('says where clients reach the servers, where data lies, what is lost and how to switch', () => {
    const lines = told((events) => events.started(BOTH)).map(({ level, msg }) => `${String(level)}: ${String(msg)}`);
    expect(lines).toEqual([
      'info: embedded RabbitMQ: amqp://127.0.0.1:5701 (user guest, password guest)',
      expect.stringMatching(
        /^info: embedded MongoDB: mongodb:\/\/127\.0\.0\.1:5702\/logwarren\?replicaSet=rs0 .*256 MiB/,
      ),
      expect.stringMatching(/^info: .*\/data; it is saved when/),
      expect.stringMatching(/^warn: .*not for production, .* a crash loses/),
      expect.stringMatching(/^info: .*RABBITMQ_URL and MONGODB_URI; scripts\/services\.sh/),
    ]);
  });

  it('does not speak of a server that is not embedded', () => {
    const { rabbitmq = '', mongodb = '', ...rest } = BOTH;
    expect(JSON.stringify(told((events) => events.started({ ...rest, rabbitmq })))).not.toContain('embedded MongoDB');
    expect(JSON.stringify(told((events) => events.started({ ...rest, mongodb })))).not.toContain('embedded RabbitMQ');
  });

  it('warns of the first records to go, and tells the later ones for debugging', () => {
    const lines = told((events) => {
      events.chunksEvicted(1, 10);
      events.chunksEvicted(2, 20);
    });
    expect(lines.map(({ level, chunks }) => [level, chunks])).toEqual([
      ['warn', 1],
      ['debug', 2],
    ]);
  });
});
