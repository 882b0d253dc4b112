/** The slip of a sale is the slip of any transaction: ./transaction.ts. */
export { transactionSlip as saleSlip, type TransactionSlipInput as SaleSlipInput } from "./transaction.ts";
