/** The money-check lamp: green while slips, journal and ledger tell one story. */
import { useEffect, useState } from "preact/hooks";
import { call, type Check, events, type State } from "./client.ts";
import { type Language, say, type Word } from "./words.ts";

/** Real ms of rest before the books are compared again: a check is no reason to disturb a terminal at work. */
const REST_MS = 700;

export function CheckLamp({ state, language }: { state: State | undefined; language: Language }) {
  const [check, setCheck] = useState<Check>();
  const [open, setOpen] = useState(false);
  const on = state?.power === "on" && state.level !== null;
  useEffect(() => {
    if (!on) {
      setCheck(undefined);
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        void call<Check>("GET", "/check").then(setCheck, () => setCheck(undefined));
      }, REST_MS);
    };
    later();
    const leave = events.on((event) => {
      if (event.type === "acquirer" || event.type === "paper" || (event.type === "state" && event.state.settled)) later();
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [on]);
  const [colour, word]: [string, Word] =
    check === undefined
      ? ["off", "checkUnknown"]
      : !check.ok
        ? ["bad", "checkBad"]
        : check.pending.length > 0
          ? ["pending", "checkPending"]
          : ["good", "checkOk"];
  return (
    <div class="check">
      <button
        type="button"
        class={`check-lamp ${colour}`}
        onClick={() => setOpen(!open)}
        data-testid="check"
        data-colour={colour}
      >
        <i /> {say(language, word)}
      </button>
      {open && check !== undefined && (
        <div class="popover">
          <h3>{say(language, "check")}</h3>
          <p class="hint">{say(language, "compared", { ...check.compared, ledger: check.compared.ledger ?? "–" })}</p>
          {check.differences.map((each, i) => (
            <p key={i} class="problem">
              <b>
                {each.batch}/{each.trace}
              </b>{" "}
              {each.what}: {each.words}
            </p>
          ))}
          {check.pending.map((each, i) => (
            <p key={i} class="pending">
              <b>
                {each.batch}/{each.trace}
              </b>{" "}
              {each.words}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}
