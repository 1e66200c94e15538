-- The folded text of a learner as a column: a search reads it, and works out nothing for the rows it looks at.
DROP INDEX "learners_search_idx";

ALTER TABLE "learners" ADD COLUMN "search" TEXT NOT NULL
    GENERATED ALWAYS AS ("search_text"("username", "first_name", "last_name")) STORED;

CREATE INDEX "learners_search_idx" ON "learners" USING gin ("search" gin_trgm_ops);
