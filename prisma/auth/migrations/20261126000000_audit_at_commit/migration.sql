-- The chain is locked no longer than it takes to commit: a row waits under a number below zero until its transaction
-- ends, and is numbered, timed and chained there. Nobody else ever sees it waiting.
CREATE SEQUENCE "audit_log_waiting";
CREATE FUNCTION "audit_wait"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.seq := -nextval('audit_log_waiting');
    NEW.at := clock_timestamp();
    NEW.hash := '';
    RETURN NEW;
END
$$;
CREATE OR REPLACE FUNCTION "audit_chain"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last audit_log;
    row audit_log := NEW;
BEGIN
    PERFORM pg_advisory_xact_lock(7002);
    SELECT * INTO last FROM audit_log WHERE seq > 0 ORDER BY seq DESC LIMIT 1;
    row.seq := coalesce(last.seq, 0) + 1;
    row.at := date_trunc('milliseconds', clock_timestamp());
    UPDATE audit_log SET seq = row.seq, at = row.at,
        hash = encode(sha256(convert_to(audit_text(coalesce(last.hash, ''), row.seq::text,
            (extract(epoch FROM row.at) * 1000)::bigint::text, row.actor, row.action, row.resource, row.resource_id,
            row.ip, row.user_agent, row.metadata), 'UTF8')), 'hex')
        WHERE seq = NEW.seq;
    RETURN NULL;
END
$$;
DROP TRIGGER "audit_log_chain" ON "audit_log";
CREATE TRIGGER "audit_log_wait" BEFORE INSERT ON "audit_log" FOR EACH ROW EXECUTE FUNCTION "audit_wait"();
CREATE CONSTRAINT TRIGGER "audit_log_chain" AFTER INSERT ON "audit_log" DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION "audit_chain"();
