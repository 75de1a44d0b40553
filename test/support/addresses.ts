/** Where a broker answers. */
export interface BrokerAddress {
  /** AMQP, with credentials and without a vhost. */
  amqp: string;
  /** The management plugin's HTTP API, with credentials. */
  management: string;
}

const { RABBITMQ_PORT = '5672', RABBITMQ_MANAGEMENT_PORT = '15672', MONGODB_PORT = '27017' } = process.env;

/** The servers of the whole test run: those of `scripts/services.sh` unless the environment names others. */
export const BROKER: BrokerAddress = {
  amqp: process.env.RABBITMQ_URL ?? `amqp://guest:guest@127.0.0.1:${RABBITMQ_PORT}`,
  management: process.env.RABBITMQ_MANAGEMENT_URL ?? `http://guest:guest@127.0.0.1:${RABBITMQ_MANAGEMENT_PORT}`,
};
export const MONGODB_URI = process.env.MONGODB_URI ?? `mongodb://127.0.0.1:${MONGODB_PORT}/?replicaSet=rs0`;
