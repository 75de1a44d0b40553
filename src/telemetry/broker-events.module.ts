import { Module } from '@nestjs/common';
import { BrokerEvents } from './broker-events';

/** One {@link BrokerEvents} a process, however many connections there are: a metric can be registered once. */
@Module({ providers: [BrokerEvents], exports: [BrokerEvents] })
export class BrokerEventsModule {}
