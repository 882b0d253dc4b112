import { availableFen, serveMoney } from "../money.ts";

export const sale = serveMoney("sale", { asks: "full", availableFen, partial: true });
