import type { RecordPublisher } from '../../messaging/record-publisher';

/** Resolves once the publisher has room, or at once when `hurry` is aborted: the process stops. */
export async function roomFor(publisher: RecordPublisher, hurry: AbortSignal): Promise<void> {
  if (!publisher.isFull || hurry.aborted) return;
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      hurry.removeEventListener('abort', goOn);
      resolve();
    };
    hurry.addEventListener('abort', goOn);
    void publisher.whenRoom().then(goOn, goOn);
  });
}
