/**
 * The least that a signed-in read can be: bare Hono, one KV read and one D1 statement at the same time, of the same keys, rows and
 * shape as Vestibule's; no signature, no rule, no header, no log.
 */
import { Hono } from 'hono';

const app = new Hono<{ Bindings: { DB: D1Database; KV: KVNamespace } }>();

const USER = `
  SELECT u.id, u.username, u.first_name, u.last_name, u.gender, u.dob, u.profile_pic_url, u.meta, u.external_id, u.rr_id,
    u.consent, u.has_old_password_hash, u.sessions_valid_from, u.blocked_at, u.archived_at, u.deleted_at, u.created_at,
    u.updated_at,
    (SELECT json_group_array(json_object('kind', o.kind, 'value', o.value, 'callingCode', o.calling_code,
       'verified', o.verified, 'primary', o.is_primary, 'verifiedAt', o.verified_at))
     FROM (SELECT * FROM identifiers WHERE application_id = u.application_id AND user_id = u.id
           ORDER BY is_primary DESC, created_at, value) AS o) AS identifiers,
    EXISTS (SELECT 1 FROM ended_sessions e
            WHERE e.application_id = u.application_id AND e.user_id = u.id AND e.handle = ?3) AS ended
  FROM users u WHERE u.application_id = ?1 AND u.id = ?2`;

app.get('/service/session', async (c) => {
  const key = c.req.header('cookie') ?? '';
  const [, application, user, handle] = key.split(':');
  const [session, row] = await Promise.all([
    c.env.KV.get(key),
    c.env.DB.prepare(USER).bind(application, user, handle).first(),
  ]);
  return session !== null && row?.['ended'] === 0 ? c.json({ user: row }) : c.body(null, 401);
});

export default app;
