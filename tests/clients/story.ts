// One person from referral to a closed case, by the TypeScript client that is made from the description.
//
// `homeward.d.ts` is what openapi-typescript makes; openapi-fetch sends what its types allow. What to do comes
// as JSON on standard input, the stages that the case went through go to standard output.

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./homeward.js";

declare const process: { stdin: AsyncIterable<Uint8Array>; stdout: { write(text: string): void } };

type Schemas = components["schemas"];
type Command = Schemas["CommandRequest"];
type Who = "ward" | "coordinator" | "equipment";

interface Asked {
  url: string;
  tokens: Record<Who, string>;
  first_day: string;
  referral: Schemas["ReferralBody"];
  form: string;
  partner: string;
}

const FOLLOW_UPS: [number, string][] = [[1, "24-hours"], [2, "48-hours"], [3, "72-hours"], [7, "7-days"], [14, "14-days"], [28, "28-days"]];
const WAIT_MILLISECONDS = 30_000;

async function read(): Promise<Asked> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of process.stdin) text += decoder.decode(part, { stream: true });
  return JSON.parse(text) as Asked;
}

class Teller {
  readonly stages: string[] = [];
  caseId = "";
  private readonly clients: Record<Who, Client<paths>>;

  constructor(private readonly asked: Asked) {
    const client = (who: Who): Client<paths> =>
      createClient<paths>({ baseUrl: asked.url, headers: { Authorization: `Bearer ${asked.tokens[who]}` } });
    this.clients = { ward: client("ward"), coordinator: client("coordinator"), equipment: client("equipment") };
  }

  day(number: number): string {
    const first = new Date(`${this.asked.first_day}T12:00:00Z`);
    first.setUTCDate(first.getUTCDate() + number);
    return first.toISOString().slice(0, 10);
  }

  private async finished(who: Who, answer: Schemas["CommandAnswer"]): Promise<void> {
    if (answer.outcome === "accepted") return;
    const until = Date.now() + WAIT_MILLISECONDS;
    while (Date.now() < until) {
      const { data, error } = await this.clients[who].GET("/api/v1/commands/{command_id}", {
        params: { path: { command_id: answer.command_id } },
      });
      if (!data) throw new Error(JSON.stringify(error));
      if (data.state === "accepted") return;
      if (data.state !== "taken" && data.state !== "waiting") throw new Error(JSON.stringify(data));
      await new Promise((resume) => setTimeout(resume, 100));
    }
    throw new Error(`waited in vain for ${answer.command_id}`);
  }

  async tell(who: Who, body: Command): Promise<void> {
    const { data, error } = await this.clients[who].POST("/api/v1/cases/{case_id}/commands", {
      params: { path: { case_id: this.caseId }, header: { "Idempotency-Key": crypto.randomUUID() } },
      body,
    });
    if (!data) throw new Error(JSON.stringify(error));
    await this.finished(who, data);
  }

  async see(): Promise<Schemas["CaseDetail"]> {
    const { data, error } = await this.clients.coordinator.GET("/api/v1/cases/{case_id}", {
      params: { path: { case_id: this.caseId } },
    });
    if (!data) throw new Error(JSON.stringify(error));
    if (this.stages.at(-1) !== data.stage) this.stages.push(data.stage);
    return data;
  }

  async refer(): Promise<void> {
    const { data, error } = await this.clients.ward.POST("/api/v1/referrals", {
      params: { header: { "Idempotency-Key": crypto.randomUUID() } },
      body: { ...this.asked.referral, referred_on: this.day(1) },
    });
    if (!data?.case_id) throw new Error(JSON.stringify(error ?? data));
    await this.finished("ward", data);
    this.caseId = data.case_id;
    await this.see();
  }

  async check(): Promise<void> {
    const { data: items } = await this.clients.coordinator.GET("/api/v1/codes/{name}", {
      params: { path: { name: "check-items" } },
    });
    if (!items) throw new Error("no items");
    const answers: Record<string, "yes" | "no" | "unknown"> = {};
    for (const row of items.codes) answers[row.code] = "yes";
    answers["bed"] = "no";
    answers["equipment-in-place"] = "no";
    const form = this.asked.form;
    await this.tell("coordinator", { kind: "start-check", effective_on: this.day(2), form });
    await this.tell("coordinator", { kind: "complete-check", effective_on: this.day(2), form, answers });
    await this.see();
  }

  async order(): Promise<void> {
    await this.tell("coordinator", {
      kind: "start-strand", effective_on: this.day(3), strand_kind: "equipment", item: "hospital-bed",
      partner_id: this.asked.partner, due_on: this.day(6),
    });
    await this.see();
    for (const step of ["acknowledged", "dispatched", "delivered", "fitted"])
      await this.tell("equipment", { kind: "move-strand", effective_on: this.day(4), strand: "equipment/1", step });
    for (const item of ["bed", "equipment-in-place"])
      await this.tell("coordinator", { kind: "confirm-item", effective_on: this.day(5), item, value: "yes" });
    const found = await this.see();
    if (found.blocking?.length !== 0) throw new Error(JSON.stringify(found.blocking));
  }

  async followUp(): Promise<void> {
    for (const [after, follow_up] of FOLLOW_UPS)
      await this.tell("coordinator", {
        kind: "record-contact", effective_on: this.day(6 + after), follow_up, outcome: "well",
      });
    await this.see();
  }

  async refusedWithEveryFault(): Promise<string[]> {
    const wrong = { kind: "confirm-item", item: "heating", value: "yes", seen_version: -1, reason: "x".repeat(201) };
    const { error } = await this.clients.coordinator.POST("/api/v1/cases/{case_id}/commands", {
      params: { path: { case_id: this.caseId } },
      body: wrong as unknown as Command,
    });
    if (!error) throw new Error("it was not refused");
    return (error.problems ?? []).map((each) => ("where" in each ? each.where : each.column)).sort();
  }
}

const asked = await read();
const story = new Teller(asked);
await story.refer();
await story.tell("coordinator", { kind: "accept-referral", effective_on: story.day(1) });
await story.see();
await story.tell("coordinator", { kind: "record-sharing-basis", effective_on: story.day(1), basis: "consent" });
await story.check();
await story.order();
await story.tell("ward", { kind: "confirm-discharge", effective_on: story.day(6), destination: "19" });
await story.see();
await story.followUp();
await story.tell("coordinator", { kind: "close-case", effective_on: story.day(36), outcome: "home-made-ready" });
await story.see();
const faults = await story.refusedWithEveryFault();
process.stdout.write(JSON.stringify({ case_id: story.caseId, stages: story.stages, faults }));
