import { type LogLine, memoryTelemetry } from '../../test/support/http-app';
import { AlertEvents } from './alert-events';
import { BrokerEvents } from './broker-events';
import { CollectorEvents } from './collector-events';
import { EmbeddedEvents } from './embedded-events';
import { FileEvents } from './file-events';
import { HttpEvents } from './http-events';
import { MonitoringEvents } from './monitoring-events';
import { RetentionEvents } from './retention-events';
import { SearchEvents } from './search-events';
import { ServerEvents } from './server-events';
import { SourceEvents } from './source-events';
import { StoreEvents } from './store-events';
import type { Telemetry } from './telemetry';

const ERROR = new Error('away');
const files = (telemetry: Telemetry): FileEvents => new FileEvents(telemetry, new SourceEvents(telemetry));

/** What drops, retries, refuses or connects again, and the series that must then read as said. */
const EVENTS: [string, (telemetry: Telemetry) => void, string][] = [
  [
    'a broker that is away',
    (t) => new BrokerEvents(t).connectFailed('watch', ERROR),
    'broker_connect_failures_total{connection="watch"} 1',
  ],
  [
    'a broker that was lost',
    (t) => new BrokerEvents(t).connectionLost('watch', ERROR),
    'broker_disconnects_total{connection="watch"} 1',
  ],
  [
    'a broker that blocks',
    (t) => new BrokerEvents(t).blocked('publish', 'memory'),
    'broker_blocked{connection="publish"} 1',
  ],
  [
    'a pack sent again',
    (t) => new BrokerEvents(t).packRetried('returned', 'id', ERROR),
    'packs_retried_total{reason="returned"} 1',
  ],
  [
    'a channel that could not be opened',
    (t) => new BrokerEvents(t).channelFailed('watch', ERROR),
    'broker_channel_failures_total{connection="watch"} 1',
  ],
  ['packs given up', (t) => new BrokerEvents(t).packsGivenUp(3, 10), 'packs_abandoned_total 3'],
  [
    'a topology that cannot be checked',
    (t) => new BrokerEvents(t).topologyCheckFailed(ERROR),
    'topology_check_failures_total 1',
  ],
  [
    'a consumer that was lost',
    (t) => new BrokerEvents(t).consumerLost('LogQueue'),
    'consumers_lost_total{queue="LogQueue"} 1',
  ],
  [
    'a message put back',
    (t) => new BrokerEvents(t).messagePutBack('LogQueue', ERROR),
    'messages_put_back_total{queue="LogQueue"} 1',
  ],
  ['a message delivered again', (t) => new CollectorEvents(t).messageRedelivered(), 'messages_redelivered_total 1'],
  ['a message given back', (t) => new CollectorEvents(t).messageGivenBack(), 'messages_given_back_total 1'],
  [
    'a dead letter',
    (t) => new CollectorEvents(t).deadLettersKept([{ reason: 'empty', routingKey: 'a.info', why: 'empty' }]),
    'records_dead_lettered_total{reason="empty"} 1',
  ],
  ['a collector that pauses', (t) => new CollectorEvents(t).consumingPaused(ERROR), 'collector_pauses_total 1'],
  ['a write tried again', (t) => new CollectorEvents(t).storeAway(ERROR, 100), 'store_retries_total 1'],
  [
    'chunks that an embedded store gave up',
    (t) => new EmbeddedEvents(t).chunksEvicted(3, 60_000),
    'embedded_chunks_evicted_total 3',
  ],
  [
    'queues of an embedded broker that are full',
    (t) => new EmbeddedEvents(t).queuesFull(9),
    'embedded_queues_full_total 1',
  ],
  [
    'a connection that an embedded server ended',
    (t) => new EmbeddedEvents(t).connectionEnded('RabbitMQ', '127.0.0.1:9', 'no AMQP'),
    'embedded_connections_refused_total{server="RabbitMQ"} 1',
  ],
  [
    'saved data that cannot be used',
    (t) => new EmbeddedEvents(t).dataUnusable('MongoDB', 'there', ERROR),
    'embedded_data_failures_total{server="MongoDB",what="load"} 1',
  ],
  [
    'data that cannot be saved',
    (t) => new EmbeddedEvents(t).dataNotSaved('MongoDB', 'here', ERROR),
    'embedded_data_failures_total{server="MongoDB",what="save"} 1',
  ],
  [
    'a request at which an embedded server failed',
    (t) => new EmbeddedEvents(t).failed('MongoDB', ERROR),
    'embedded_faults_total{server="MongoDB"} 1',
  ],
  ['a heartbeat that failed', (t) => new CollectorEvents(t).heartbeatFailed(ERROR), 'heartbeat_failures_total 1'],
  [
    'a request refused',
    (t) => new HttpEvents(t).refused('GET', '/x', 'not_found', 'no route'),
    'http_refusals_total{code="not_found"} 1',
  ],
  [
    'a request that met an outage',
    (t) => new HttpEvents(t).unavailable('GET', '/x', 'store_unavailable', ERROR),
    'http_failures_total{code="store_unavailable"} 1',
  ],
  ['a search in another snapshot', (t) => new SearchEvents(t).snapshotsRetried(2), 'search_snapshot_retries_total 2'],
  [
    'a search too many',
    (t) => new SearchEvents(t).ended('page', 'too_busy', 0),
    'searches_total{kind="page",outcome="too_busy"} 1',
  ],
  [
    'items rejected',
    (t) => new SourceEvents(t).itemsRejected('http', 'malformed', 4),
    'source_records_rejected_total{input="http",reason="malformed"} 4',
  ],
  [
    'demo records cut short',
    (t) => new SourceEvents(t).demoCutShort(9, ERROR),
    'source_inputs_total{input="demo",outcome="cut_short"} 1',
  ],
  [
    'a request to /ingest that was refused',
    (t) => new SourceEvents(t).requestRefused('too_busy', 'full'),
    'ingest_requests_refused_total{code="too_busy"} 1',
  ],
  [
    'a request to /ingest that was not confirmed',
    (t) => new SourceEvents(t).requestUnconfirmed(5, ERROR),
    'ingest_records_unconfirmed_total 5',
  ],
  [
    'a file that cannot be read',
    (t) => files(t).fileFailed('a.log', ERROR),
    'source_file_failures_total{what="read"} 1',
  ],
  ['files not looked up', (t) => files(t).scanFailed(ERROR), 'source_file_failures_total{what="look_up"} 1'],
  ['a damaged state', (t) => files(t).stateDamaged('state', 1), 'source_file_failures_total{what="state_read"} 1'],
  ['a state not written', (t) => files(t).stateNotWritten(ERROR), 'source_file_failures_total{what="state"} 1'],
  ['a file not found', (t) => files(t).fileMissing('a.log', 1), 'source_file_failures_total{what="find"} 1'],
  ['records of a file sent again', (t) => files(t).blockSentAgain(7), 'source_records_sent_again_total 7'],
  ['bytes of a file that are gone', (t) => files(t).blockLost('a.log', 9), 'source_lost_bytes_total 9'],
  ['bytes of a file left out', (t) => files(t).holeSkipped('a.log', 9), 'source_skipped_nul_bytes_total 9'],
  [
    'records that no alert counts',
    (t) => new MonitoringEvents(t).recordsUncounted('too_many_services', 3),
    'monitored_records_uncounted_total{reason="too_many_services"} 3',
  ],
  [
    'records that a monitor cannot read',
    (t) => new MonitoringEvents(t).recordsUnreadable(2, 'a.error'),
    'monitored_unreadable_total 2',
  ],
  [
    'a message that a monitor sees again',
    (t) => new MonitoringEvents(t).messageRepeated('a.error'),
    'monitored_messages_repeated_total 1',
  ],
  [
    'a queue that cannot be looked at',
    (t) => new MonitoringEvents(t).queueUnknown(ERROR),
    'monitoring_queue_failures_total 1',
  ],
  ['counts saved later', (t) => new MonitoringEvents(t).storeAway(ERROR, 100), 'alert_count_retries_total 1'],
  [
    'counts lost at a stop',
    (t) => new MonitoringEvents(t).drainFailed(ERROR, 4),
    'monitored_records_uncounted_total{reason="stopped"} 4',
  ],
  [
    'a notice tried again',
    (t) => new AlertEvents(t).noticeFailed('firing', 'shop', ERROR, 100),
    'alert_notices_total{status="firing",outcome="failed"} 1',
  ],
  [
    'a notice given up',
    (t) => new AlertEvents(t).noticeGivenUp('firing', 'shop', 9),
    'alert_notices_total{status="firing",outcome="given_up"} 1',
  ],
  ['notices not looked up', (t) => new AlertEvents(t).outboxFailed(ERROR), 'alert_outbox_failures_total 1'],
  [
    'a retention run tried again',
    (t) => new RetentionEvents(t).failed(ERROR),
    'retention_failures_total{what="run"} 1',
  ],
  [
    'a lease that was lost',
    (t) => new RetentionEvents(t).leaseLost(ERROR),
    'retention_failures_total{what="lease_lost"} 1',
  ],
  [
    'a lease that cannot be given back',
    (t) => new RetentionEvents(t).leaseFailed(ERROR),
    'retention_failures_total{what="lease"} 1',
  ],
  [
    'a receipt left open',
    (t) => new RetentionEvents(t).receiptLeftOpen('run', ERROR),
    'retention_failures_total{what="receipt"} 1',
  ],
  [
    'a request that is no HTTP',
    (t) => new ServerEvents(t).requestMalformed('HPE_INVALID_METHOD'),
    'http_malformed_requests_total{code="HPE_INVALID_METHOD"} 1',
  ],
  ['a request too early', (t) => new ServerEvents(t).refusedWhileStarting('/x'), 'http_early_requests_total 1'],
  ['requests cut off', (t) => new ServerEvents(t).requestsCutOff(2, 10), 'http_requests_cut_off_total 2'],
  [
    'a chunk that cannot be read',
    (t) => new SearchEvents(t).chunkUnreadable(ERROR),
    'search_unreadable_chunks_total 1',
  ],
  ['a store that is away', (t) => new StoreEvents(t).connectFailed(ERROR), 'store_connect_failures_total 1'],
  ['a store that was lost', (t) => new StoreEvents(t).connectionLost(), 'store_disconnects_total 1'],
];

describe('every drop, retry, refusal and reconnection', () => {
  it.each(EVENTS)('is counted and told: %s', async (_caption, happen, series) => {
    const logged: LogLine[] = [];
    const telemetry = memoryTelemetry(logged);
    happen(telemetry);
    expect((await telemetry.registry.metrics()).split('\n')).toContain(`logwarren_${series}`);
    expect(logged).toHaveLength(1);
  });
});

describe('heartbeats that fail', () => {
  it('are warned of once, and their return is told once', () => {
    const logged: LogLine[] = [];
    const events = new CollectorEvents(memoryTelemetry(logged));
    events.heartbeatWritten();
    events.heartbeatFailed(ERROR);
    events.heartbeatFailed(ERROR);
    events.heartbeatWritten();
    events.heartbeatWritten();
    expect(logged.map(({ level }) => level)).toEqual(['warn', 'debug', 'info']);
  });
});

describe('tries that fail in a row', () => {
  it.each<[string, (telemetry: Telemetry) => { fail: () => void; succeed: () => void }]>([
    [
      'to connect to the broker',
      (t) => {
        const events = new BrokerEvents(t);
        events.connectFailed('publish', ERROR); // another connection's do not count
        return { fail: () => events.connectFailed('watch', ERROR), succeed: () => events.connectionUp('watch') };
      },
    ],
    [
      'to write to the store',
      (t) => {
        const events = new CollectorEvents(t);
        return { fail: () => events.storeAway(ERROR, 100), succeed: () => events.storeBack(1) };
      },
    ],
    [
      'to judge alerts',
      (t) => {
        const events = new MonitoringEvents(t);
        return { fail: () => events.storeAway(ERROR, 100), succeed: () => events.storeBack(1) };
      },
    ],
  ])('%s: the first is warned of, and the first after a success', (_caption, make) => {
    const logged: LogLine[] = [];
    const { fail, succeed } = make(memoryTelemetry(logged));
    logged.length = 0;
    fail();
    fail();
    succeed();
    fail();
    expect(logged.map(({ level }) => level)).toEqual(['warn', 'debug', 'info', 'warn']);
  });
});
