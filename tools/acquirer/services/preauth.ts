/** Pre-authorisation (§2.3): holds money back; its code is what finds it later. */
import { availableFen, serveMoney } from "../money.ts";

export const preauth = serveMoney("preauth", { asks: "full", availableFen, partial: true });
