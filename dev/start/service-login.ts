import { connected } from '@puchi/prisma/connected'

const alreadyThere = new Set(['42710', '23505'])

/**
 * The URL by which a service uses the database that `ownerUrl` owns: a login that is a member of the role
 * `<service>_service` of its migrations and nothing more. A service without such a role owns its database.
 */
export async function serviceLogin(service: string, ownerUrl: string): Promise<string> {
  const name = service.replaceAll('-', '_')
  return connected(ownerUrl, async (owner) => {
    const { rowCount } = await owner.query('SELECT FROM pg_roles WHERE rolname = $1', [`${name}_service`])
    if (!rowCount) return ownerUrl
    // Roles belong to the whole server: somebody may be making this one for another database.
    await owner.query(`CREATE ROLE ${name}_login LOGIN IN ROLE ${name}_service`).catch(mustBeThere)
    return Object.assign(new URL(ownerUrl), { username: `${name}_login`, password: '' }).href
  })
}

function mustBeThere(error: Error & { code?: string }): void {
  if (!alreadyThere.has(error.code ?? '')) throw error
}
