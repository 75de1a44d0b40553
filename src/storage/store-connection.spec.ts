import { connectionOptions } from './store-connection';

const unexpected = (): never => {
  throw new Error('unexpected call');
};
const events = { connectFailed: unexpected, connectionLost: unexpected, connectionRegained: unexpected };
const options = (uri: string) => connectionOptions(uri, events);

it('adds what the URI does not say', () => {
  expect(options('mongodb://127.0.0.1')).toMatchObject({ appName: 'logwarren', dbName: 'logwarren', minPoolSize: 1 });
  expect(options('mongodb://127.0.0.1/?appName=x')).toMatchObject({ dbName: 'logwarren' });
});

it('leaves to the URI what it says', () => {
  const given = options('mongodb://a:1,b:2/logs?appname=mine&maxPoolSize=5&replicaSet=rs0');
  expect(Object.keys(given)).not.toEqual(expect.arrayContaining(['appName']));
  expect(Object.keys(given)).not.toEqual(expect.arrayContaining(['maxPoolSize']));
  expect(Object.keys(given)).not.toEqual(expect.arrayContaining(['dbName']));
  expect(given).toMatchObject({ heartbeatFrequencyMS: 4_000 });
});

it.each(['mongodb://', 'mongodb://a/?noSuchOption=1', 'mongodb://a/?tls=maybe'])('refuses %s at once', (uri) => {
  expect(() => options(uri)).toThrow(/^MONGODB_URI: /);
});
