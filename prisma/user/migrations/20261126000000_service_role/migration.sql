-- The role of the service, of which its login is a member: rows and nothing else. It owns no table, so it can drop,
-- alter and truncate none, nor touch the list of migrations. Roles belong to the whole server, and two databases may be
-- migrated at once.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'user_service') THEN
        CREATE ROLE user_service NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
GRANT USAGE ON SCHEMA public TO user_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO user_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO user_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO user_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO user_service;
REVOKE ALL ON "_prisma_migrations" FROM user_service;
