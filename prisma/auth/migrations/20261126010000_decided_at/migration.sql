-- AlterTable
ALTER TABLE "users" ADD COLUMN     "decided_at" TIMESTAMPTZ(3);
