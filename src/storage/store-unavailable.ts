/** The store cannot be reached, or cannot say that it has done what was asked. Transient: try again later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  constructor(override readonly cause: unknown) {
    super(`MongoDB: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Runs an operation of the store; whatever it rejects with becomes {@link StoreUnavailable}. */
export async function orUnavailable<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw new StoreUnavailable(error);
  }
}
