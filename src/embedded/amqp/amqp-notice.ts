/** What a person should know of the embedded AMQP server. */
export type AmqpNotice =
  /** The bound on the memory of all queues is reached: quorum queues refuse messages, others lose their oldest. */
  | { type: 'queues-full'; maxQueueBytes: number }
  /** A client broke the protocol or asked for what is not there, and was disconnected. */
  | { type: 'connection-error'; peer: string; message: string }
  /** A client could not be let in; others go on. */
  | { type: 'accept-failed'; error: Error }
  /** Nothing could be saved: what was in the queues is lost. */
  | { type: 'save-failed'; file: string; error: unknown }
  /** What was saved is damaged: it was set aside under another name, and the server starts empty. */
  | { type: 'saved-file-damaged'; file: string; setAsideAs: string; error: unknown };
