-- CreateTable
CREATE TABLE "settled_weeks" (
    "board" TEXT NOT NULL,
    "settled_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "settled_weeks_pkey" PRIMARY KEY ("board")
);
