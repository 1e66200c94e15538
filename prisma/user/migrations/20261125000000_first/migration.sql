-- CreateEnum
CREATE TYPE "theme" AS ENUM ('SYSTEM', 'LIGHT', 'DARK');

-- CreateEnum
CREATE TYPE "locale" AS ENUM ('en', 'zh', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'ru', 'vi');

-- CreateTable
CREATE TABLE "learners" (
    "id" TEXT NOT NULL,
    "username" TEXT,
    "first_name" TEXT,
    "last_name" TEXT,
    "avatar_url" TEXT,
    "bio" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "learners_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "preferences" (
    "learner_id" TEXT NOT NULL,
    "theme" "theme" NOT NULL DEFAULT 'SYSTEM',
    "locale" "locale" NOT NULL DEFAULT 'vi',
    "timezone" TEXT NOT NULL DEFAULT 'Asia/Ho_Chi_Minh',
    "daily_goal_minutes" INTEGER NOT NULL DEFAULT 30,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "preferences_pkey" PRIMARY KEY ("learner_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "learners_username_key" ON "learners"("username");

-- AddForeignKey
ALTER TABLE "preferences" ADD CONSTRAINT "preferences_learner_id_fkey" FOREIGN KEY ("learner_id") REFERENCES "learners"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say
ALTER TABLE "learners"
    ADD CONSTRAINT "learners_id_check" CHECK ("id" ~ '^user_[A-Za-z0-9_]{1,64}$'),
    ADD CONSTRAINT "learners_username_check" CHECK ("username" ~ '^[a-z0-9_-]{3,30}$'),
    ADD CONSTRAINT "learners_first_name_check" CHECK (char_length("first_name") BETWEEN 1 AND 50),
    ADD CONSTRAINT "learners_last_name_check" CHECK (char_length("last_name") BETWEEN 1 AND 50),
    ADD CONSTRAINT "learners_avatar_url_check" CHECK ("avatar_url" ~ '^https://' AND char_length("avatar_url") <= 2048),
    ADD CONSTRAINT "learners_bio_check" CHECK (char_length("bio") BETWEEN 1 AND 500);
ALTER TABLE "preferences"
    ADD CONSTRAINT "preferences_timezone_check" CHECK (char_length("timezone") BETWEEN 1 AND 64),
    ADD CONSTRAINT "preferences_daily_goal_minutes_check" CHECK ("daily_goal_minutes" BETWEEN 1 AND 1440);
