-- CreateEnum
CREATE TYPE "user_status" AS ENUM ('ACTIVE', 'SUSPENDED', 'DELETED');

-- CreateTable
CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "email" TEXT,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "status" "user_status" NOT NULL DEFAULT 'ACTIVE',
    "locale" TEXT,
    "details_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "roles" (
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "system" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "user_roles" (
    "user_id" TEXT NOT NULL,
    "role_name" TEXT NOT NULL,
    "granted_by" TEXT,
    "granted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_roles_pkey" PRIMARY KEY ("user_id","role_name")
);

-- CreateIndex
CREATE INDEX "user_roles_role_name_idx" ON "user_roles"("role_name");

-- AddForeignKey
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_role_name_fkey" FOREIGN KEY ("role_name") REFERENCES "roles"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma cannot say
ALTER TABLE "users"
    ADD CONSTRAINT "users_id_check" CHECK ("id" ~ '^user_[A-Za-z0-9_]{1,64}$'),
    ADD CONSTRAINT "users_email_check" CHECK (char_length("email") BETWEEN 3 AND 320),
    ADD CONSTRAINT "users_locale_check" CHECK (char_length("locale") BETWEEN 2 AND 35),
    ADD CONSTRAINT "users_deleted_check" CHECK ("status" <> 'DELETED' OR "email" IS NULL);
ALTER TABLE "roles"
    ADD CONSTRAINT "roles_name_check" CHECK ("name" ~ '^[a-z][a-z0-9_-]{1,49}$'),
    ADD CONSTRAINT "roles_description_check" CHECK (char_length("description") <= 500);

-- The roles that the product is built on
INSERT INTO "roles" ("name", "description", "system") VALUES
    ('admin', 'Full system access', true),
    ('teacher', 'Creates and manages content', true),
    ('student', 'Default user role', true),
    ('user', 'Basic authenticated user', true);
