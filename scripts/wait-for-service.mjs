// node wait-for-service.mjs rabbitmq PID AMQP_PORT MANAGEMENT_PORT | mongodb PID PORT
// Ends with 0 once the server really answers; with 1 when its process is gone, or after two minutes.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [service, pid, ...ports] = process.argv.slice(2);
const giveUpAt = Date.now() + 120_000;

/** Resolves when the broker answers AMQP's protocol header, which it does only once it has booted. */
function amqpAnswers(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write('AMQP\x00\x00\x09\x01'));
    socket.setTimeout(2000, () => socket.destroy(new Error('no answer to the AMQP header')));
    socket.once('data', () => {
      resolve();
      socket.destroy();
    });
    socket.once('error', reject).once('close', () => reject(new Error('connection closed')));
  });
}

async function managementAnswers(port) {
  const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
  const answer = await fetch(`http://127.0.0.1:${port}/api/overview`, { headers: { authorization } });
  if (!answer.ok) throw new Error(`the management API answers ${answer.status}`);
}

/** Makes the server a replica set of one, or moves that set here if the data was used on another port before. */
async function primaryElected(port) {
  const { default: mongoose } = await import('mongoose');
  const options = { directConnection: true, serverSelectionTimeoutMS: 2000 };
  const client = await mongoose.mongo.MongoClient.connect(`mongodb://127.0.0.1:${port}`, options);
  try {
    const admin = client.db('admin');
    const hello = await admin.command({ hello: 1 });
    if (hello.isWritablePrimary) return;
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
    const found = await admin.command({ replSetGetConfig: 1 }).catch((error) => {
      if (error.codeName !== 'NotYetInitialized') throw error;
    });
    if (!found) await admin.command({ replSetInitiate: { _id: 'rs0', members } });
    else if (found.config.members[0].host !== members[0].host) {
      const config = { ...found.config, members, version: found.config.version + 1 };
      await admin.command({ replSetReconfig: config, force: true });
    }
    throw new Error('no primary yet');
  } finally {
    await client.close();
  }
}

const answers = {
  rabbitmq: async () => {
    await amqpAnswers(ports[0]);
    await managementAnswers(ports[1]);
  },
  mongodb: () => primaryElected(ports[0]),
}[service];

for (;;) {
  try {
    await answers();
    process.exit(0);
  } catch (error) {
    let problem = Date.now() > giveUpAt ? error : undefined;
    try {
      process.kill(Number(pid), 0);
    } catch {
      problem ??= new Error(`process ${pid} ended`);
    }
    if (problem || error.code === 'ERR_MODULE_NOT_FOUND') {
      console.error(`services: ${service}: ${problem?.message ?? 'run npm ci first: mongoose is missing'}`);
      process.exit(1);
    }
    await sleep(200);
  }
}
