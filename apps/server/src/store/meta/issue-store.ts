import type { Kysely, Transaction } from 'kysely'
import type { IssueRecord, IssueStore, Person } from './meta-store.ts'
import type { Tables } from './tables.ts'

export function createIssueStore(db: Kysely<Tables>): IssueStore {
  const load = async (projectId: number, issueId?: string): Promise<IssueRecord[]> => {
    const issues = db.selectFrom('issues').selectAll().where('project_id', '=', projectId)
    const rows = await (issueId === undefined ? issues : issues.where('issue_id', '=', issueId)).execute()
    const assigned = db
      .selectFrom('issue_assignees')
      .innerJoin('people', 'people.id', 'issue_assignees.person_id')
      .select(['issue_assignees.issue_id', 'people.id', 'people.email', 'people.name', 'people.created_at'])
      .where('issue_assignees.project_id', '=', projectId)
      .orderBy('issue_assignees.assigned_at')
      .orderBy('people.id')
    const assignees = new Map<string, Person[]>()
    for (const row of await (issueId === undefined ? assigned : assigned.where('issue_assignees.issue_id', '=', issueId)).execute()) {
      const known = assignees.get(row.issue_id) ?? []
      known.push(toPerson(row))
      assignees.set(row.issue_id, known)
    }
    return rows.map((row) => ({
      issueId: row.issue_id,
      state: row.state,
      resolvedAt: row.resolved_at ?? undefined,
      updatedAt: row.updated_at,
      assignees: assignees.get(row.issue_id) ?? [],
    }))
  }

  return {
    list: (projectId) => load(projectId),

    async find(projectId, issueId) {
      const [found] = await load(projectId, issueId)
      return found
    },

    async setState(projectId, issueId, state, now) {
      const said = { state, resolved_at: state === 'resolved' ? now : null, updated_at: now }
      await db
        .insertInto('issues')
        .values({ project_id: projectId, issue_id: issueId, ...said })
        .onConflict((conflict) => conflict.columns(['project_id', 'issue_id']).doUpdateSet(said))
        .execute()
    },

    assign: (projectId, issueId, personIds, now) =>
      db.transaction().execute(async (transaction) => {
        const wanted = [...new Set(personIds)]
        if (!(await areThere(transaction, wanted))) return false
        await transaction
          .insertInto('issues')
          .values({ project_id: projectId, issue_id: issueId, state: 'open', resolved_at: null, updated_at: now })
          .onConflict((conflict) => conflict.columns(['project_id', 'issue_id']).doUpdateSet({ updated_at: now }))
          .execute()
        const all = transaction.deleteFrom('issue_assignees').where('project_id', '=', projectId).where('issue_id', '=', issueId)
        await (wanted.length === 0 ? all : all.where('person_id', 'not in', wanted)).execute()
        for (const personId of wanted) {
          await transaction
            .insertInto('issue_assignees')
            .values({ project_id: projectId, issue_id: issueId, person_id: personId, assigned_at: now })
            .onConflict((conflict) => conflict.columns(['project_id', 'issue_id', 'person_id']).doNothing())
            .execute()
        }
        return true
      }),

    async addNote({ id, projectId, issueId, personId, text, createdAt }) {
      await db
        .insertInto('issue_notes')
        .values({ id, project_id: projectId, issue_id: issueId, person_id: personId ?? null, text, created_at: createdAt })
        .execute()
    },

    async notes(projectId, issueId) {
      const rows = await db
        .selectFrom('issue_notes')
        .leftJoin('people', 'people.id', 'issue_notes.person_id')
        .select(['issue_notes.id', 'issue_notes.text', 'issue_notes.created_at as at'])
        .select(['people.id as person_id', 'people.email', 'people.name', 'people.created_at'])
        .where('issue_notes.project_id', '=', projectId)
        .where('issue_notes.issue_id', '=', issueId)
        .orderBy('issue_notes.created_at')
        .orderBy('issue_notes.id')
        .execute()
      return rows.map(({ id, text, at, person_id, email, name, created_at }) => ({
        id,
        text,
        author: person_id === null ? undefined : toPerson({ id: person_id, email: email ?? '', name: name ?? '', created_at: created_at ?? 0 }),
        createdAt: at,
      }))
    },
  }
}

async function areThere(transaction: Transaction<Tables>, personIds: readonly string[]): Promise<boolean> {
  if (personIds.length === 0) return true
  const rows = await transaction.selectFrom('people').select('id').where('id', 'in', personIds).execute()
  return rows.length === personIds.length
}

const toPerson = (row: { id: string; email: string; name: string; created_at: number }): Person => ({
  id: row.id,
  email: row.email,
  name: row.name,
  createdAt: row.created_at,
})
