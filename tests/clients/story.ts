// One person from referral to a closed case, by the TypeScript client that is made from the description.
//
// `homeward.d.ts` is what openapi-typescript makes; openapi-fetch sends what its types allow. What to do comes
// as JSON on standard input, the stages that the case went through go to standard output.

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./homeward.js";

declare const process: { stdin: AsyncIterable<Uint8Array>; stdout: { write(text: string): void } };

type Schemas = components["schemas"];
type Command = Schemas["CommandRequest"];
type Facts = Record<string, string>;
type Who = "ward" | "adviser" | "coordinator" | "equipment" | "landlord" | "monitor" | "operator";

interface Asked {
  url: string;
  tokens: Record<Who, string>;
  first_day: string;
  referral: Schemas["ReferralBody"];
  form: string;
  partner: string;
}

// Days after the discharge of each contact that may be due.
const AFTER: Record<string, number> = {
  "24-hours": 1, "48-hours": 2, "72-hours": 3, "7-days": 7, "14-days": 14, "28-days": 28,
};
// What is said of each home, where the form has it; all else is well.
const OLD_HOME: Record<string, string> = { bed: "no", "equipment-needed": "needed", "equipment-in-place": "no" };
const NEW_HOME: Record<string, string> = { heating: "no" };
const MOVE = "rehousing/1";
// Why safety is confirmed on a day that, in the days of a story, comes long after.
const NOTHING_SINCE = "Asked alone when the story began; nothing has changed since";
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
    this.clients = {
      ward: client("ward"), adviser: client("adviser"), coordinator: client("coordinator"),
      equipment: client("equipment"), landlord: client("landlord"), monitor: client("monitor"), operator: client("operator"),
    };
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

  private referred(key: string) {
    return this.clients.ward.POST("/api/v1/referrals", {
      params: { header: { "Idempotency-Key": key } },
      body: { person: this.asked.referral.person, reasons: ["equipment"], referred_on: this.day(1) },
    });
  }

  // The same referral under the same key is one referral.
  async refer(): Promise<void> {
    const key = crypto.randomUUID();
    const { data, error } = await this.referred(key);
    if (!data?.case_id) throw new Error(JSON.stringify(error ?? data));
    const again = await this.referred(key);
    if (again.data?.command_id !== data.command_id) throw new Error(JSON.stringify(again));
    await this.finished("ward", data);
    this.caseId = data.case_id;
    await this.see();
  }

  // Asked alone, the person says that nobody harms them; the adviser confirms that they are safe.
  async beSafe(): Promise<void> {
    const events: [Who, Schemas["SafetyEntryBody"]["event"]][] = [
      ["ward", { kind: "questions-answered", answers: { asked: "alone", asked_on: this.day(1), disclosed: "no" } }],
      ["adviser", { kind: "safety-confirmed" }],
    ];
    for (const [who, event] of events)
      must(
        await this.clients[who].POST("/api/v1/cases/{case_id}/safety", {
          params: { path: { case_id: this.caseId }, header: { "Idempotency-Key": crypto.randomUUID() } },
          body: { event, words: { reason: NOTHING_SINCE } },
        }),
      );
  }

  // The form of the check, and what the case tells of the facts that decide what is asked.
  async formAndFacts(): Promise<[Schemas["CheckFormDetail"], Facts]> {
    const asked = must(
      await this.clients.coordinator.GET("/api/v1/cases/{case_id}/check/items", {
        params: { path: { case_id: this.caseId } },
      }),
    );
    const form = must(
      await this.clients.coordinator.GET("/api/v1/check-forms/{code}", { params: { path: { code: asked.form } } }),
    );
    return [form, asked.facts];
  }

  // The check is answered in two parts, item by item as the form asks them in this case.
  async check(number: number, wrong: Record<string, string>): Promise<void> {
    const effective_on = this.day(number);
    await this.tell("coordinator", { kind: "start-check", effective_on, form: this.asked.form });
    const [form, facts] = await this.formAndFacts();
    const answers = Object.entries(answersTo(form, facts, wrong));
    const half = Math.floor(answers.length / 2);
    await this.tell("coordinator", {
      kind: "save-answers", effective_on, form: form.code, answers: Object.fromEntries(answers.slice(0, half)),
    });
    await this.tell("coordinator", {
      kind: "complete-check", effective_on, form: form.code, answers: Object.fromEntries(answers.slice(half)),
    });
    await this.see();
  }

  // A landlord lists a home; it is offered, the offer accepted, the tenancy signed, and its keys are held.
  async move(): Promise<void> {
    const { data: home, error } = await this.clients.landlord.POST("/api/v1/properties", {
      params: { header: { "Idempotency-Key": crypto.randomUUID() } },
      body: {
        reference: crypto.randomUUID(), address: "Flat 2, 14 Invented Row", postcode: "ZZ99 3WZ", ready_on: this.day(3),
        attributes: { property_type: "flat", bedrooms: 1, access_class: "B" },
      },
    });
    if (!home) throw new Error(JSON.stringify(error));
    const effective_on = this.day(3);
    await this.tell("coordinator", {
      kind: "start-strand", effective_on, strand_kind: "rehousing", item: "rehousing:1-bed-step-free",
    });
    await this.see();
    await this.tell("coordinator", {
      kind: "offer-property", effective_on, strand: MOVE, property_id: home.property_id, respond_by: this.day(120),
    });
    const offer = (await this.see()).case.strands?.[MOVE]?.offers?.[0];
    if (!offer) throw new Error("no offer");
    await this.tell("coordinator", {
      kind: "answer-offer", effective_on, strand: MOVE, offer_id: offer.offer_id, answer: "accepted",
    });
    await this.tell("coordinator", { kind: "let-property", effective_on, strand: MOVE });
    await this.tell("coordinator", { kind: "move-strand", effective_on, strand: MOVE, step: "keys-held" });
  }

  async order(): Promise<void> {
    await this.tell("coordinator", {
      kind: "start-strand", effective_on: this.day(4), strand_kind: "equipment", item: "hospital-bed",
      partner_id: this.asked.partner, due_on: this.day(6),
    });
    for (const step of ["acknowledged", "dispatched", "delivered", "fitted"])
      await this.tell("equipment", { kind: "move-strand", effective_on: this.day(5), strand: "equipment/1", step });
  }

  // The new home is checked: all is well but the heating, which has a mitigation.
  async makeReady(): Promise<void> {
    const effective_on = this.day(5);
    await this.check(5, NEW_HOME);
    const blocking = (await this.see()).blocking ?? [];
    if (blocking.map((each) => each.code).join() !== "heating") throw new Error(JSON.stringify(blocking));
    await this.tell("coordinator", {
      kind: "name-mitigation", effective_on, item: "heating", mitigation: "temporary-heating", role: "landlord",
      until_on: this.day(120), note: "Jo Elm of the landlord brings two heaters.",
    });
    const found = await this.see();
    if (found.blocking?.length !== 0) throw new Error(JSON.stringify(found.blocking));
  }

  // Every contact that the case says is due.
  async followUp(): Promise<void> {
    const due = Object.keys((await this.see()).case.follow_ups ?? {});
    if (due.length < 3) throw new Error(JSON.stringify(due));
    for (const follow_up of due.sort((one, other) => (AFTER[one] ?? 0) - (AFTER[other] ?? 0)))
      await this.tell("coordinator", {
        kind: "record-contact", effective_on: this.day(6 + (AFTER[follow_up] ?? 0)), follow_up, outcome: "well",
      });
    await this.see();
  }

  // A body with three faults is answered with all of them, each by its pointer.
  async refusedWithEveryFault(): Promise<string[]> {
    const wrong: Command = {
      kind: "confirm-item", item: "heating", value: "yes", seen_version: -1, reason: "x".repeat(201),
      note: "x".repeat(10_001),
    };
    const { error } = await this.clients.coordinator.POST("/api/v1/cases/{case_id}/commands", {
      params: { path: { case_id: this.caseId } },
      body: wrong,
    });
    if (!error) throw new Error("it was not refused");
    if (error.status !== 422 || error.code !== "invalid-body" || error.retryable) throw new Error(JSON.stringify(error));
    return (error.problems ?? []).map((each) => ("pointer" in each ? each.pointer ?? "" : "")).sort();
  }

  // What programs read beside a case: lists in pages, alerts, messages, documents and figures.
  async lookAround(): Promise<Record<string, unknown>> {
    const names: string[] = [];
    let after: string | null = "";
    let pages = 0;
    while (after !== null) {
      const query: { size: number; after?: string } = after ? { size: 20, after } : { size: 20 };
      const page = must(await this.clients.coordinator.GET("/api/v1/codes", { params: { query } }));
      names.push(...page.lists.map((each) => each.name));
      after = page.next;
      pages += 1;
    }
    if (pages < 2 || new Set(names).size !== names.length) throw new Error(JSON.stringify(names));
    const case_id = this.caseId;
    const coordinator = this.clients.coordinator;
    const closed = must(await coordinator.GET("/api/v1/cases", { params: { query: { view: "closed", size: 200 } } }));
    const alerts = must(await coordinator.GET("/api/v1/alerts", { params: { query: { size: 200 } } }));
    const messages = must(await this.clients.operator.GET("/api/v1/messages", { params: { query: { case: case_id } } }));
    const listed = must(
      await this.clients.ward.GET("/api/v1/cases/{case_id}/documents", { params: { path: { case_id } } }),
    );
    const documents: (string | null)[] = [];
    for (const { document_id } of listed.documents) {
      const path = { case_id, document_id };
      const opened = await this.clients.ward.GET("/api/v1/cases/{case_id}/documents/{document_id}", { params: { path } });
      documents.push(must(opened).text);
    }
    const timeline = must(await coordinator.GET("/api/v1/cases/{case_id}/timeline", { params: { path: { case_id } } }));
    const figures = must(await this.clients.monitor.GET("/api/v1/reports/bed-days"));
    return {
      closed: closed.cases.some((each) => each.case_id === case_id),
      alerts: alerts.total,
      messages: [...new Set(messages.messages.map((each) => each.message_type))].sort(),
      documents,
      events: timeline.events.length,
      figures: [figures.released.unit, figures.letting.length > 0],
    };
  }
}

// What was answered; a refusal ends the story.
function must<Found>({ data, error }: { data?: Found; error?: unknown }): Found {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

// A condition on a fact holds unless the fact is known to be otherwise.
function holds(condition: Schemas["FormCondition"], answers: Record<string, string>, facts: Facts): boolean {
  if (condition.fact !== null) return ["unknown", condition.answer].includes(facts[condition.fact] ?? "unknown");
  const given = condition.item === null ? undefined : answers[condition.item];
  if (condition.operator === "exists") return (given !== undefined) === (condition.answer === "yes");
  return given !== undefined && (given === condition.answer) === (condition.operator === "=");
}

// What an answer tells of facts of the case.
function told(item: Schemas["FormItem"], value: string): Facts {
  const tells = Object.entries(item.tells);
  return Object.fromEntries(tells.map(([fact, answers]) => [fact, answers.includes(value) ? "yes" : "no"]));
}

// The first safe answer, one that goes with what the case tells if there is such; else not known.
function well(item: Schemas["FormItem"], facts: Facts): string {
  const safe = item.answers.filter((each) => each.counts_as === "yes" && each.code !== "not-applicable");
  const fits = (value: string): boolean =>
    Object.entries(told(item, value)).every(([fact, said]) => ["unknown", said].includes(facts[fact] ?? "unknown"));
  return (safe.find((each) => fits(each.code)) ?? safe[0])?.code ?? "unknown";
}

// Every item that is asked is well, but for what is not: an answer may tell what decides what comes next.
function answersTo(form: Schemas["CheckFormDetail"], known: Facts, wrong: Facts): Facts {
  const found: Record<string, string> = {};
  const facts = { ...known };
  for (const item of form.items) {
    const every = item.asked_when_all.every((each) => holds(each, found, facts));
    const some = item.asked_when_any.length === 0 || item.asked_when_any.some((each) => holds(each, found, facts));
    if (!every || !some) continue;
    const value = wrong[item.code] ?? well(item, known);
    found[item.code] = value;
    if (value !== "unknown") Object.assign(facts, told(item, value));
  }
  return found;
}

const asked = await read();
const story = new Teller(asked);
await story.refer();
await story.beSafe();
await story.tell("coordinator", { kind: "accept-referral", effective_on: story.day(1) });
await story.see();
await story.tell("coordinator", { kind: "record-sharing-basis", effective_on: story.day(1), basis: "consent" });
await story.check(2, OLD_HOME);
await story.move();
await story.order();
await story.makeReady();
await story.tell("ward", { kind: "confirm-discharge", effective_on: story.day(6), destination: "19" });
await story.see();
await story.followUp();
await story.tell("coordinator", { kind: "close-case", effective_on: story.day(36), outcome: "rehoused" });
await story.see();
const faults = await story.refusedWithEveryFault();
const seen = await story.lookAround();
process.stdout.write(JSON.stringify({ case_id: story.caseId, stages: story.stages, faults, seen }));
