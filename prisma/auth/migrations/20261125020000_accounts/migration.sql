-- AlterTable
ALTER TABLE "users" ADD COLUMN     "last_sign_in_at" TIMESTAMPTZ(3),
ADD COLUMN     "linked_accounts" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "permission_version" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "permissions" (
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,

    CONSTRAINT "permissions_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "role_permissions" (
    "role_name" TEXT NOT NULL,
    "permission_name" TEXT NOT NULL,

    CONSTRAINT "role_permissions_pkey" PRIMARY KEY ("role_name","permission_name")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "device_name" TEXT,
    "device_type" TEXT,
    "os" TEXT,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "location" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "refresh_secret" TEXT,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refresh_tokens" (
    "hash" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "rotated_at" TIMESTAMPTZ(3),

    CONSTRAINT "refresh_tokens_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT,
    "action" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "ip" TEXT,
    "user_agent" TEXT,
    "metadata" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "denials" (
    "user_id" TEXT NOT NULL,
    "field" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(0) NOT NULL,

    CONSTRAINT "denials_pkey" PRIMARY KEY ("user_id","field","minute")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" TEXT NOT NULL,
    "applied_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "role_permissions_permission_name_idx" ON "role_permissions"("permission_name");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "refresh_tokens_session_id_idx" ON "refresh_tokens"("session_id");

-- CreateIndex
CREATE INDEX "audit_log_actor_seq_idx" ON "audit_log"("actor", "seq");

-- CreateIndex
CREATE INDEX "audit_log_action_seq_idx" ON "audit_log"("action", "seq");

-- CreateIndex
CREATE INDEX "audit_log_resource_id_seq_idx" ON "audit_log"("resource_id", "seq");

-- CreateIndex
CREATE INDEX "audit_log_at_idx" ON "audit_log"("at");

-- CreateIndex
CREATE INDEX "webhook_deliveries_applied_at_idx" ON "webhook_deliveries"("applied_at");

-- AddForeignKey
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_role_name_fkey" FOREIGN KEY ("role_name") REFERENCES "roles"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_permission_name_fkey" FOREIGN KEY ("permission_name") REFERENCES "permissions"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say
ALTER TABLE "permissions"
    ADD CONSTRAINT "permissions_name_check" CHECK ("name" ~ '^[a-z]{2,30}:[a-z]{2,30}$');
ALTER TABLE "sessions"
    ADD CONSTRAINT "sessions_id_check" CHECK ("id" ~ '^sess_[A-Za-z0-9_]{1,64}$');
ALTER TABLE "audit_log"
    ADD CONSTRAINT "audit_log_metadata_check" CHECK (octet_length("metadata") <= 4096);

-- What code asks for, and what the roles of the product allow
INSERT INTO "permissions" ("name", "description") VALUES
    ('lesson:read', 'Take lessons'),
    ('lesson:write', 'Create and change lessons'),
    ('lesson:delete', 'Delete lessons'),
    ('profile:read', 'See the own profile'),
    ('profile:write', 'Change the own profile'),
    ('admin:users', 'See and manage accounts, and read the audit log'),
    ('admin:roles', 'Manage roles and grant them'),
    ('content:manage', 'Publish and arrange content');
INSERT INTO "role_permissions" ("role_name", "permission_name")
    SELECT 'admin', "name" FROM "permissions" UNION ALL
    SELECT 'teacher', unnest(ARRAY['lesson:read', 'lesson:write', 'content:manage', 'profile:read', 'profile:write']) UNION ALL
    SELECT 'student', unnest(ARRAY['lesson:read', 'profile:read', 'profile:write']) UNION ALL
    SELECT 'user', unnest(ARRAY['profile:read', 'profile:write']);

-- The chain of the audit log: whoever inserts says what happened; number, time and hash are given here, one row after
-- the other. Each part is written with its length, so that no two rows have the same text.
CREATE FUNCTION "audit_text"(VARIADIC "parts" TEXT[]) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(CASE WHEN part IS NULL THEN '-' ELSE octet_length(part) || ':' || part END, ',' ORDER BY place)
    FROM unnest("parts") WITH ORDINALITY AS given(part, place)
$$;
CREATE FUNCTION "audit_chain"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last audit_log;
BEGIN
    PERFORM pg_advisory_xact_lock(7002);
    SELECT * INTO last FROM audit_log ORDER BY seq DESC LIMIT 1;
    NEW.seq := coalesce(last.seq, 0) + 1;
    NEW.at := date_trunc('milliseconds', clock_timestamp());
    NEW.hash := encode(sha256(convert_to(audit_text(coalesce(last.hash, ''), NEW.seq::text,
        (extract(epoch FROM NEW.at) * 1000)::bigint::text, NEW.actor, NEW.action, NEW.resource, NEW.resource_id,
        NEW.ip, NEW.user_agent, NEW.metadata), 'UTF8')), 'hex');
    RETURN NEW;
END
$$;
CREATE TRIGGER "audit_log_chain" BEFORE INSERT ON "audit_log" FOR EACH ROW EXECUTE FUNCTION "audit_chain"();

-- The role of the service, of which its login is a member: everything but the history. Roles belong to the whole
-- server, and two databases may be migrated at once.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'auth_service') THEN
        CREATE ROLE auth_service NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
GRANT USAGE ON SCHEMA public TO auth_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO auth_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO auth_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO auth_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO auth_service;
REVOKE UPDATE, DELETE ON "audit_log" FROM auth_service;
REVOKE ALL ON "_prisma_migrations" FROM auth_service;
