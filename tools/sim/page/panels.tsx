/** Wires, faults, host, time, log: what an engineer looks at beside the terminal. */
import { useEffect, useState } from "preact/hooks";
import { addRule, advance, clearFaults, clearRules, power, runClock, setCalendar, setFault } from "./actions.ts";
import {
  type AcquirerState,
  call,
  clockPart,
  type DeskEvent,
  type DeviceFaults,
  events,
  type FaultSpec,
  type LedgerEntry,
  type LogLine,
  type State,
  type WireEntry,
  yuan,
} from "./client.ts";
import { useFresh } from "./fresh.ts";
import { type Language, say } from "./words.ts";

const WIRES = ["host", "pinpad", "printer", "keypad", "msr", "icc", "picc", "lights", "beeper"];
const SHOWN_WIRE_ENTRIES = 300;

export function Wires({ language }: { language: Language }) {
  const [device, setDevice] = useState("pinpad");
  const [entries, setEntries] = useState<WireEntry[]>([]);
  useEffect(() => {
    setEntries([]);
    void call<WireEntry[]>("GET", `/wire?device=${device}`).then((found) => setEntries(found.slice(-SHOWN_WIRE_ENTRIES)));
    return events.on((event) => {
      if (event.type !== "wire" || event.entry.device !== device) return;
      setEntries((known) => [...known, event.entry].slice(-SHOWN_WIRE_ENTRIES));
    });
  }, [device]);
  return (
    <div class="panel-body">
      <div class="pills">
        {WIRES.map((wire) => (
          <button key={wire} type="button" class={wire === device ? "on" : ""} onClick={() => setDevice(wire)}>
            {wire}
          </button>
        ))}
      </div>
      <div class="wire-list">
        {entries.length === 0 && <p class="nothing">—</p>}
        {[...entries].reverse().map((entry) => (
          <div key={entry.n} class="wire">
            <span class={`dir ${entry.dir}`} title={say(language, entry.dir === "out" ? "request" : "answer")}>
              {entry.dir === "out" ? "→" : "←"}
            </span>
            <span class="time">{clockPart(entry.at)}</span>
            <code>{entry.hex.length > 400 ? `${entry.hex.slice(0, 400)}… (${entry.hex.length / 2})` : entry.hex}</code>
          </div>
        ))}
      </div>
    </div>
  );
}

function FaultRow(props: { device: string; spec: FaultSpec; active: DeviceFaults["active"]; language: Language }) {
  const { device, spec, active, language } = props;
  const now = active.find(({ fault }) => fault === spec.fault);
  const [number, setNumber] = useState(spec.takes === "count" ? "1" : "");
  const toggle = (): void => {
    if (now !== undefined) void clearFaults(device, spec.fault);
    else if (spec.takes === "switch") void setFault(device, spec.fault, {});
    else if (spec.takes === "count") void setFault(device, spec.fault, { count: Number(number) || 1 });
    else void setFault(device, spec.fault, { value: Number(number) || 0 });
  };
  return (
    <div class={`fault ${now === undefined ? "" : "on"}`}>
      <button
        type="button"
        class={`switch ${now === undefined ? "" : "on"}`}
        onClick={toggle}
        data-fault={`${device}/${spec.fault}`}
      >
        <i />
      </button>
      <span>
        {spec.words[language]} <small class="mono">{spec.fault}</small>
      </span>
      {spec.takes !== "switch" && (
        <input
          type="number"
          min={spec.takes === "count" ? 1 : 0}
          value={now?.count ?? now?.value ?? number}
          disabled={now !== undefined}
          title={say(language, spec.takes === "count" ? "times" : "value")}
          onInput={(event) => setNumber(event.currentTarget.value)}
        />
      )}
    </div>
  );
}

export function Faults({ language }: { language: Language }) {
  const faults = useFresh<DeviceFaults[]>(
    "/faults",
    ({ type }) => type === "faults" || type === "paper" || type === "pinpad" || type === "wire",
  );
  return (
    <div class="panel-body scroll">
      <button type="button" class="plain" onClick={() => void clearFaults()}>
        {say(language, "clearAll")}
      </button>
      {[...(faults ?? [])]
        .sort((a, b) => Number(b.device === "host") - Number(a.device === "host"))
        .map(({ device, faults: specs, active }) => (
          <fieldset key={device}>
            <legend>{device}</legend>
            {specs.map((spec) => (
              <FaultRow key={spec.fault} device={device} spec={spec} active={active} language={language} />
            ))}
          </fieldset>
        ))}
    </div>
  );
}

function QuickRule({ language }: { language: Language }) {
  const [amount, setAmount] = useState("0.51");
  const [code, setCode] = useState("51");
  return (
    <form
      class="quick"
      onSubmit={(event) => {
        event.preventDefault();
        const fen = Math.round(Number(amount) * 100);
        if (fen > 0 && /^[0-9A-Z]{2}$/.test(code)) void addRule(fen, code);
      }}
    >
      <label>
        {say(language, "amount")}
        <input value={amount} size={8} onInput={(event) => setAmount(event.currentTarget.value)} />
      </label>
      →
      <label>
        {say(language, "code")}
        <input value={code} size={3} maxLength={2} onInput={(event) => setCode(event.currentTarget.value.toUpperCase())} />
      </label>
      <button type="submit" class="plain">
        {say(language, "addRule")}
      </button>
      <button type="button" class="plain" onClick={() => void clearRules()}>
        {say(language, "clearRules")}
      </button>
    </form>
  );
}

const ruleWords = (rule: AcquirerState["rules"][number]): string =>
  `${JSON.stringify(rule.match)} → ${rule.fault ?? JSON.stringify(rule.answer ?? {})}${rule.left === undefined ? "" : ` (${rule.left})`}`;

export function AcquirerPanel({ language }: { language: Language }) {
  const changed = ({ type }: DeskEvent): boolean => type === "acquirer";
  const ledger = useFresh<{ transactions: LedgerEntry[]; byState: Record<string, number> }>("/acquirer/ledger", changed);
  const state = useFresh<AcquirerState>("/acquirer", changed);
  if (ledger === undefined || state === undefined) return <p class="nothing">{say(language, "external")}</p>;
  return (
    <div class="panel-body scroll">
      <h3>
        {say(language, "ledger")}{" "}
        {Object.entries(ledger.byState).map(([name, count]) => (
          <span key={name} class={`tag ${name}`}>
            {name} {count}
          </span>
        ))}
      </h3>
      {ledger.transactions.length === 0 && <p class="nothing">{say(language, "noLedger")}</p>}
      <table class="ledger">
        <tbody>
          {[...ledger.transactions].reverse().map((entry) => (
            <tr key={entry.n}>
              <td class="time">{clockPart(entry.at)}</td>
              <td>{entry.kind}</td>
              <td class="mono">
                {entry.batch}/{entry.trace}
              </td>
              <td class="mono">{entry.pan}</td>
              <td class="num">{yuan(entry.approvedFen || entry.amountFen)}</td>
              <td>{entry.code}</td>
              <td>
                <span class={`tag ${entry.state}`}>{entry.state}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{say(language, "rules")}</h3>
      <QuickRule language={language} />
      {state.rules.length === 0 && <p class="nothing">{say(language, "noRules")}</p>}
      {state.rules.map((rule, i) => (
        <p key={i} class="mono rule">
          {ruleWords(rule)}
        </p>
      ))}
      <h3>{say(language, "accounts")}</h3>
      <table class="ledger">
        <tbody>
          {state.accounts.map((account, i) => (
            <tr key={i}>
              <td class="mono">{account.pan}</td>
              <td>{account.label}</td>
              <td>{account.status}</td>
              <td class="num">{yuan(account.balanceFen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STEPS: [string, number][] = [
  ["+1 s", 1_000],
  ["+10 s", 10_000],
  ["+1 min", 60_000],
  ["+10 min", 600_000],
  ["+1 h", 3_600_000],
  ["+1 d", 86_400_000],
];

export function TimePanel({ state, language }: { state: State | undefined; language: Language }) {
  const [at, setAt] = useState("");
  const zone = state?.time.slice(19) ?? "+08:00";
  return (
    <div class="panel-body scroll">
      <h3>{say(language, "time")}</h3>
      <p class="big-time">
        <DeskTime state={state} />
      </p>
      <div class="segmented">
        {(["real", "free"] as const).map((mode) => (
          <button key={mode} type="button" class={state?.clock === mode ? "on" : ""} onClick={() => void runClock(mode)}>
            {say(language, mode)}
          </button>
        ))}
      </div>
      <p class="hint">{say(language, state?.clock === "free" ? "freeHint" : "realHint")}</p>
      <h3>{say(language, "advance")}</h3>
      <div class="pills">
        {STEPS.map(([words, ms]) => (
          <button key={ms} type="button" onClick={() => void advance(ms)}>
            {words}
          </button>
        ))}
      </div>
      <h3>{say(language, "calendar")}</h3>
      <form
        class="quick"
        onSubmit={(event) => {
          event.preventDefault();
          if (at !== "") void setCalendar(`${at.length === 16 ? `${at}:00` : at}${zone}`);
        }}
      >
        <input type="datetime-local" step={1} value={at} onInput={(event) => setAt(event.currentTarget.value)} />
        <button type="submit" class="plain">
          {say(language, "set")}
        </button>
      </form>
      <h3>{say(language, "power")}</h3>
      <div class="pills">
        {(["cut", "on", "cycle"] as const).map((action) => (
          <button key={action} type="button" onClick={() => void power(action)}>
            {say(language, action)}
          </button>
        ))}
      </div>
    </div>
  );
}

/** The desk's clock, carried on between two states while it runs. */
export function DeskTime({ state }: { state: State | undefined }) {
  const [, redraw] = useState(0);
  const [seen, setSeen] = useState({ time: "", at: 0 });
  useEffect(() => setSeen({ time: state?.time ?? "", at: performance.now() }), [state]);
  useEffect(() => {
    const timer = setInterval(() => redraw((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, []);
  if (state === undefined || seen.time === "") return <span>—</span>;
  const elapsed = state.clock === "real" ? performance.now() - seen.at : 0;
  const zone = seen.time.slice(19);
  const offset = (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const local = new Date(Date.parse(seen.time) + elapsed + offset * 60_000).toISOString();
  return (
    <span class="mono">
      {local.slice(0, 10)} {local.slice(11, 19)}
    </span>
  );
}

export function Log({ language }: { language: Language }) {
  const [lines, setLines] = useState<LogLine[]>([]);
  useEffect(() => {
    void call<LogLine[]>("GET", "/log").then(setLines);
    return events.on((event) => {
      if (event.type === "log") setLines((known) => [...known, event].slice(-500));
    });
  }, []);
  return (
    <div class="panel-body scroll log">
      {lines.length === 0 && <p class="nothing">{say(language, "log")} —</p>}
      {[...lines].reverse().map((line, i) => (
        <p key={lines.length - i} class={line.level}>
          <span class="time">{clockPart(line.at)}</span> {line.words}
        </p>
      ))}
    </div>
  );
}
