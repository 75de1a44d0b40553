import { mongo } from 'mongoose';
import { BROKER, MONGODB_URI } from './addresses';
import { manage } from './management';

async function problemWith(name: string, url: string, check: () => Promise<unknown>): Promise<string[]> {
  try {
    await check();
    return [];
  } catch (error) {
    const { hostname, port } = new URL(url);
    return [`${name} does not answer at ${hostname}:${port}: ${String(error)}`];
  }
}

async function pingMongoDb(): Promise<void> {
  const client = new mongo.MongoClient(MONGODB_URI, { serverSelectionTimeoutMS: 3000 });
  try {
    await client.db('admin').command({ ping: 1 });
  } finally {
    await client.close();
  }
}

/** Jest's global setup for integration and end-to-end tests: fails the run clearly when a server is missing. */
export default async function requireServices(): Promise<void> {
  const problems = await Promise.all([
    problemWith('RabbitMQ management', BROKER.management, () => manage(BROKER.management, 'GET', '/vhosts')),
    problemWith('MongoDB', MONGODB_URI, pingMongoDb),
  ]);
  if (problems.flat().length > 0) {
    throw new Error(
      `${problems.flat().join('\n')}\n\nThese tests need real servers. Start them with:\n\n  scripts/services.sh install && scripts/services.sh start\n`,
    );
  }
}
