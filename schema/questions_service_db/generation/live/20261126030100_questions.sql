-- Questions and their answers. Written by the questions projection alone.

-- migrate:up
create table questions (
  id bigint primary key,
  user_id bigint not null,
  product_id bigint,
  title varchar(255),
  question text not null check (length(trim(question)) >= 10),
  is_published boolean not null default false,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz
);
create index questions_user_id_index on questions (user_id);
create index questions_product_id_index on questions (product_id);
create index questions_is_published_created_at_index on questions (is_published, created_at);
create index questions_product_id_is_published_index on questions (product_id, is_published);
create index questions_deleted_at_index on questions (deleted_at);
create index questions_created_at_index on questions (created_at, id);
create index questions_text_index on questions using gin (internal.fold(coalesce(title, '') || ' ' || question) internal.gin_trgm_ops);

create table answers (
  id bigint primary key,
  question_id bigint not null,
  user_id bigint not null,
  answer text not null check (length(trim(answer)) >= 10),
  is_official boolean not null default false,
  is_helpful_count integer not null default 0 check (is_helpful_count >= 0),
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint answers_question_id_foreign foreign key (question_id) references questions (id) deferrable initially deferred
);
create index answers_question_id_index on answers (question_id);
create index answers_user_id_index on answers (user_id);
create index answers_is_official_index on answers (is_official);
create index answers_is_helpful_count_index on answers (is_helpful_count);
create index answers_question_id_is_helpful_count_index on answers (question_id, is_helpful_count);
create index answers_text_index on answers using gin (internal.fold(answer) internal.gin_trgm_ops);

-- migrate:down
drop table answers;
drop table questions;
