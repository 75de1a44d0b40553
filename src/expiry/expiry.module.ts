import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { ReceiptLedger } from './receipt-ledger';
import { ReceiptPages } from './receipt-pages';
import { RECEIPT_MODELS } from './receipt-schemas';

/** The receipts of retention. Uses the connection that the store opens, so a role imports both. */
@Module({
  imports: [MongooseModule.forFeature([...RECEIPT_MODELS])],
  providers: [ReceiptLedger, ReceiptPages],
  exports: [ReceiptLedger, ReceiptPages],
})
export class ExpiryModule {}
