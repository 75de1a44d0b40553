import type { Document, QueryContext } from '../query/document';
import type { Store } from '../store/store';
import type { View } from '../store/stored-document';
import type { Transaction } from '../store/transaction';
import type { Answer } from '../wire/answer';
import type { Cursors } from './cursors';
import type { Session, Sessions } from './sessions';

/** What all commands of a server work on. */
export interface ServerState {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly cursors: Cursors;
  readonly now: () => Date;
  readonly startedAt: Date;
  /** The clients that are connected now. */
  readonly clients: ReadonlySet<Client>;
  /** Called before a command stores something, with the memory that it takes as far as that is known. Throws where there is no room. */
  readonly makeRoom: (incoming: number) => void;
}

/** One connection, as commands tell of it. */
export interface Client {
  readonly id: number;
  /** Where the client dialled, `address:port`: the server has no other name. */
  readonly dialled: string;
  readonly remote: string;
  /** What the client said of itself in its hello. */
  metadata: Document | null;
}

/** One command that is being carried out. */
export interface Call {
  readonly server: ServerState;
  readonly client: Client;
  /** As the client wrote it. */
  readonly name: string;
  readonly database: string;
  readonly command: Document;
  /** The client's transaction; null outside of one. */
  readonly transaction: Transaction | null;
  /** What a read sees. */
  readonly view: View;
  /** Whether it reads a snapshot of a session, which is told of in the answer. */
  readonly isSnapshot: boolean;
  readonly session: Session | null;
  readonly query: QueryContext;
}

/** A command as the table of commands has it. */
export interface Command {
  /** As clients may write it; in answers and errors the first. */
  readonly names: readonly string[];
  /**
   * The fields that are understood, and those that change nothing here. Any other is refused, since to pass it over might
   * be a wrong answer.
   */
  readonly fields: readonly string[];
  /** A field whose documents stay as they came, bytes. */
  readonly rawField?: string;
  readonly inTransaction?: boolean;
  /** Whether it reads as of a snapshot when it is asked to. */
  readonly inSnapshot?: boolean;
  /** Whether it is answered as before when a client that did not see the answer sends it again. */
  readonly isRetryable?: boolean;
  /** Gives the results; whether it was done is added to them. */
  readonly run: (call: Call) => Answer | Promise<Answer>;
}
