import type { ChannelLink } from './link';

/**
 * Publisher confirms of one channel (https://www.rabbitmq.com/docs/confirms#publisher-confirms). Messages are numbered
 * from 1 once they are asked for. Those taken are confirmed together, one `basic.ack` for all that were read at once;
 * before a nack, what was taken earlier is confirmed, so that answers come in the order of the numbers.
 */
export class Confirms {
  private selected = false;
  private last = 0;
  private firstTaken = 0;
  private lastTaken = 0;

  constructor(private readonly link: Pick<ChannelLink, 'send'>) {}

  select(): void {
    this.selected = true;
  }

  /** The number of the next message; 0 if the client does not want confirms. */
  next(): number {
    if (!this.selected) return 0;
    this.last += 1;
    return this.last;
  }

  settle(number: number, taken: boolean): void {
    if (number === 0) return;
    if (taken) {
      if (this.firstTaken === 0) this.firstTaken = number;
      this.lastTaken = number;
    } else {
      this.flush();
      this.link.send('BasicNack', { deliveryTag: number, multiple: false, requeue: false });
    }
  }

  /** Sends what is to be confirmed. */
  flush(): void {
    if (this.firstTaken === 0) return;
    this.link.send('BasicAck', { deliveryTag: this.lastTaken, multiple: this.lastTaken > this.firstTaken });
    this.firstTaken = 0;
  }
}
