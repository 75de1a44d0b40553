/** A broker on which tests have vhosts of their own, and what only its owner may do there. */
export interface BrokerHost {
  /** Makes the vhost, with a user of the same name who may do everything in it. */
  addVhost(vhost: string): Promise<void>;
  /** Deletes the vhost with its user; whoever is connected to it loses the connection. */
  deleteVhost(vhost: string): Promise<void>;
  /** AMQP, with credentials, for the vhost. */
  urlOf(vhost: string): string;
  /** The names of the connections that are open in the vhost; a new one may take some milliseconds to show. */
  connections(vhost: string): Promise<string[]>;
  /** Closes every connection of the vhost, as at a restart. */
  dropConnections(vhost: string): Promise<void>;
}
