-- CreateEnum
CREATE TYPE "age_range" AS ENUM ('AGE_13_17', 'AGE_18_24', 'AGE_25_34', 'AGE_35_44', 'AGE_45_54', 'AGE_55_PLUS');

-- CreateEnum
CREATE TYPE "starting_level" AS ENUM ('BEGINNER', 'ELEMENTARY', 'INTERMEDIATE', 'ADVANCED');

-- CreateEnum
CREATE TYPE "lesson_status" AS ENUM ('NOT_STARTED', 'IN_PROGRESS', 'COMPLETED');

-- AlterTable
ALTER TABLE "learners" ADD COLUMN     "age_range" "age_range",
ADD COLUMN     "how_heard" TEXT,
ADD COLUMN     "level" "starting_level",
ADD COLUMN     "onboarded_at" TIMESTAMPTZ(3),
ADD COLUMN     "why_learn" TEXT;

-- AlterTable
ALTER TABLE "preferences" ADD COLUMN     "animations" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "email" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "findable_by_username" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "friend_activity" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "listening_exercises" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "motivational_messages" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "profile_public" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "promotions" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "push" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "quiet_from" TEXT,
ADD COLUMN     "quiet_to" TEXT,
ADD COLUMN     "reminder_time" TEXT NOT NULL DEFAULT '19:00',
ADD COLUMN     "share_activity" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "sound_effects" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "streak_reminder" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "stats" (
    "learner_id" TEXT NOT NULL,
    "total_xp" INTEGER NOT NULL DEFAULT 0,
    "total_seconds" INTEGER NOT NULL DEFAULT 0,
    "correct" INTEGER NOT NULL DEFAULT 0,
    "answered" INTEGER NOT NULL DEFAULT 0,
    "completed_lessons" INTEGER NOT NULL DEFAULT 0,
    "crowns" INTEGER NOT NULL DEFAULT 0,
    "gems" INTEGER NOT NULL DEFAULT 0,
    "current_streak" INTEGER NOT NULL DEFAULT 0,
    "longest_streak" INTEGER NOT NULL DEFAULT 0,
    "streak_freezes" INTEGER NOT NULL DEFAULT 0,
    "last_day" DATE,
    "hearts" INTEGER NOT NULL DEFAULT 5,
    "hearts_at" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone,
    "night_lessons" INTEGER NOT NULL DEFAULT 0,
    "early_lessons" INTEGER NOT NULL DEFAULT 0,
    "weeks_won" INTEGER NOT NULL DEFAULT 0,
    "following" INTEGER NOT NULL DEFAULT 0,
    "followers" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "stats_pkey" PRIMARY KEY ("learner_id")
);

-- CreateTable
CREATE TABLE "lesson_progress" (
    "learner_id" TEXT NOT NULL,
    "lesson_id" TEXT NOT NULL,
    "status" "lesson_status" NOT NULL,
    "percent" INTEGER NOT NULL,
    "xp" INTEGER NOT NULL,
    "crowned" BOOLEAN NOT NULL,
    "attempts" INTEGER NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lesson_progress_pkey" PRIMARY KEY ("learner_id","lesson_id")
);

-- CreateTable
CREATE TABLE "reports" (
    "learner_id" TEXT NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "lesson_id" TEXT NOT NULL,
    "percent" INTEGER NOT NULL,
    "correct" INTEGER NOT NULL,
    "total" INTEGER NOT NULL,
    "seconds" INTEGER NOT NULL,
    "xp" INTEGER NOT NULL,
    "answer" JSONB NOT NULL,
    "reported_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reports_pkey" PRIMARY KEY ("learner_id","idempotency_key")
);

-- CreateTable
CREATE TABLE "day_activity" (
    "learner_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "xp" INTEGER NOT NULL,
    "seconds" INTEGER NOT NULL,
    "lessons" INTEGER NOT NULL,

    CONSTRAINT "day_activity_pkey" PRIMARY KEY ("learner_id","day")
);

-- CreateTable
CREATE TABLE "achievements" (
    "learner_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "unlocked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "achievements_pkey" PRIMARY KEY ("learner_id","code")
);

-- CreateTable
CREATE TABLE "follows" (
    "follower_id" TEXT NOT NULL,
    "followed_id" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "follows_pkey" PRIMARY KEY ("follower_id","followed_id")
);

-- CreateTable
CREATE TABLE "scores" (
    "board" TEXT NOT NULL,
    "learner_id" TEXT NOT NULL,
    "xp" INTEGER NOT NULL,

    CONSTRAINT "scores_pkey" PRIMARY KEY ("board","learner_id")
);

-- CreateTable
CREATE TABLE "score_counts" (
    "board" TEXT NOT NULL,
    "shift" SMALLINT NOT NULL,
    "part" INTEGER NOT NULL,
    "share" SMALLINT NOT NULL,
    "learners" INTEGER NOT NULL,

    CONSTRAINT "score_counts_pkey" PRIMARY KEY ("board","shift","part","share")
);

-- CreateIndex
CREATE INDEX "lesson_progress_learner_id_updated_at_lesson_id_idx" ON "lesson_progress"("learner_id", "updated_at" DESC, "lesson_id" DESC);

-- CreateIndex
CREATE INDEX "reports_awarding_idx" ON "reports"("learner_id", "reported_at" DESC, "idempotency_key" DESC) WHERE "xp" > 0;

-- CreateIndex
CREATE INDEX "follows_follower_id_since_followed_id_idx" ON "follows"("follower_id", "since" DESC, "followed_id" DESC);

-- CreateIndex
CREATE INDEX "follows_followed_id_since_follower_id_idx" ON "follows"("followed_id", "since" DESC, "follower_id" DESC);

-- CreateIndex
CREATE INDEX "scores_board_xp_learner_id_idx" ON "scores"("board", "xp" DESC, "learner_id");

-- CreateIndex
CREATE INDEX "scores_learner_id_idx" ON "scores"("learner_id");

-- AddForeignKey
ALTER TABLE "stats" ADD CONSTRAINT "stats_learner_id_fkey" FOREIGN KEY ("learner_id") REFERENCES "learners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson_progress" ADD CONSTRAINT "lesson_progress_learner_id_fkey" FOREIGN KEY ("learner_id") REFERENCES "learners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reports" ADD CONSTRAINT "reports_learner_id_fkey" FOREIGN KEY ("learner_id") REFERENCES "learners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "day_activity" ADD CONSTRAINT "day_activity_learner_id_fkey" FOREIGN KEY ("learner_id") REFERENCES "learners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "achievements" ADD CONSTRAINT "achievements_learner_id_fkey" FOREIGN KEY ("learner_id") REFERENCES "learners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "follows" ADD CONSTRAINT "follows_follower_id_fkey" FOREIGN KEY ("follower_id") REFERENCES "learners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "follows" ADD CONSTRAINT "follows_followed_id_fkey" FOREIGN KEY ("followed_id") REFERENCES "learners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Every learner has a row of stats, from the beginning.
INSERT INTO "stats" ("learner_id") SELECT "id" FROM "learners";

-- What Prisma cannot say
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Without case and accents, whatever the database's own collation knows of case, as `folded` in subgraphs/user/domain/search.ts has it.
CREATE FUNCTION "folded"(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN replace(lower(regexp_replace(normalize($1, NFD), '[\u0300-\u036f]', '', 'g') COLLATE pg_c_utf8), 'đ', 'd');

CREATE FUNCTION "search_text"("username" text, "first_name" text, "last_name" text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN "folded"(coalesce("username", '') || ' ' || coalesce("first_name", '') || ' ' || coalesce("last_name", '')
        || ' ' || coalesce("first_name", ''));

CREATE INDEX "learners_search_idx" ON "learners"
    USING gin ("search_text"("username", "first_name", "last_name") gin_trgm_ops);

CREATE INDEX "learners_username_prefix_idx" ON "learners" ((lower("username") COLLATE "C"));

ALTER TABLE "learners"
    ADD CONSTRAINT "learners_how_heard_check" CHECK (char_length("how_heard") BETWEEN 1 AND 200),
    ADD CONSTRAINT "learners_why_learn_check" CHECK (char_length("why_learn") BETWEEN 1 AND 200);
ALTER TABLE "preferences"
    ADD CONSTRAINT "preferences_reminder_time_check" CHECK ("reminder_time" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
    ADD CONSTRAINT "preferences_quiet_hours_check" CHECK (("quiet_from" IS NULL) = ("quiet_to" IS NULL)
        AND "quiet_from" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' AND "quiet_to" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$');
ALTER TABLE "stats"
    ADD CONSTRAINT "stats_sums_check" CHECK ("total_xp" >= 0 AND "total_seconds" >= 0 AND "correct" >= 0
        AND "answered" >= "correct" AND "completed_lessons" >= 0 AND "crowns" >= 0 AND "gems" >= 0),
    ADD CONSTRAINT "stats_streak_check" CHECK ("current_streak" >= 0 AND "longest_streak" >= "current_streak"
        AND "streak_freezes" >= 0),
    ADD CONSTRAINT "stats_hearts_check" CHECK ("hearts" BETWEEN 0 AND 5),
    ADD CONSTRAINT "stats_follows_check" CHECK ("following" >= 0 AND "followers" >= 0);
ALTER TABLE "lesson_progress"
    ADD CONSTRAINT "lesson_progress_percent_check" CHECK ("percent" BETWEEN 0 AND 100),
    ADD CONSTRAINT "lesson_progress_xp_check" CHECK ("xp" >= 0),
    ADD CONSTRAINT "lesson_progress_completed_check" CHECK (("status" = 'COMPLETED') = ("completed_at" IS NOT NULL));
ALTER TABLE "reports"
    ADD CONSTRAINT "reports_numbers_check" CHECK ("percent" BETWEEN 0 AND 100 AND "correct" BETWEEN 0 AND "total"
        AND "seconds" BETWEEN 0 AND 86400 AND "xp" >= 0);
ALTER TABLE "follows" ADD CONSTRAINT "follows_oneself_check" CHECK ("follower_id" <> "followed_id");
ALTER TABLE "scores" ADD CONSTRAINT "scores_xp_check" CHECK ("xp" > 0);

-- Rows that change with every report keep room on their page, so that an update touches no index.
ALTER TABLE "stats" SET (fillfactor = 70);
ALTER TABLE "lesson_progress" SET (fillfactor = 80);
ALTER TABLE "score_counts" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
