-- Contacts, the tags they carry and the lists they are on. Written by the contacts projection alone.

-- migrate:up
create table contact_lists (
  id bigint primary key,
  name varchar(255) not null,
  description text,
  is_active boolean not null default true,
  type text not null default 'custom' check (type in ('marketing', 'newsletter', 'segmentation', 'custom')),
  status text not null default 'active' check (status in ('active', 'inactive', 'archived')),
  criteria jsonb check (jsonb_typeof(criteria) = 'array'),
  is_dynamic boolean not null default false,
  contact_count integer not null default 0 check (contact_count >= 0),
  created_by bigint,
  updated_by bigint,
  metadata jsonb,
  created_at timestamptz,
  updated_at timestamptz,
  constraint contact_lists_is_active_check check (is_active = (status = 'active')),
  constraint contact_lists_name_unique unique (name) deferrable initially deferred
);
create index contact_lists_is_active_index on contact_lists (is_active);
create index contact_lists_created_at_index on contact_lists (created_at, id);
create index contact_lists_status_type_index on contact_lists (status, type);
create index contact_lists_created_by_index on contact_lists (created_by);

create table contacts (
  id bigint primary key,
  email varchar(255) not null,
  first_name varchar(255),
  last_name varchar(255),
  company varchar(255),
  phone varchar(255),
  country varchar(2),
  city varchar(255),
  status text not null default 'active' check (status in ('active', 'inactive', 'bounced', 'unsubscribed', 'complained')),
  source text not null default 'manual'
    check (source in ('manual', 'import', 'api', 'newsletter_signup', 'purchase', 'contact_form')),
  language varchar(5) not null default 'fr',
  birth_date date,
  gender varchar(1) check (gender in ('M', 'F', 'O')),
  newsletter_subscribed boolean not null default false,
  marketing_subscribed boolean not null default false,
  sms_subscribed boolean not null default false,
  subscribed_at timestamptz,
  unsubscribed_at timestamptz,
  last_email_sent_at timestamptz,
  last_email_opened_at timestamptz,
  last_email_clicked_at timestamptz,
  email_open_count integer not null default 0 check (email_open_count >= 0),
  email_click_count integer not null default 0 check (email_click_count >= 0),
  user_id bigint,
  custom_fields jsonb,
  tags jsonb check (jsonb_typeof(tags) = 'array'),
  notes text,
  created_at timestamptz,
  updated_at timestamptz
);
-- Uniqueness is decided by claims. A plain index, because one over an expression cannot be deferred and two addresses may cross in a batch;
-- `replay verify` checks it.
create index contacts_email_unique on contacts (lower(email));
create index contacts_first_name_index on contacts (first_name);
create index contacts_last_name_index on contacts (last_name);
create index contacts_company_index on contacts (company);
create index contacts_country_index on contacts (country);
create index contacts_city_index on contacts (city);
create index contacts_created_at_index on contacts (created_at, id);
create index contacts_status_newsletter_subscribed_index on contacts (status, newsletter_subscribed);
create index contacts_status_marketing_subscribed_index on contacts (status, marketing_subscribed);
create index contacts_source_index on contacts (source);
create index contacts_user_id_index on contacts (user_id);
create index contacts_last_email_sent_at_status_index on contacts (last_email_sent_at, status);
create index contacts_tags_index on contacts using gin (tags);

create table contact_tags (
  id bigint primary key,
  name varchar(255) not null,
  color varchar(7) not null default '#007bff' check (color ~ '^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})$'),
  description text,
  type text not null default 'custom' check (type in ('system', 'custom')),
  usage_count integer not null default 0 check (usage_count >= 0),
  created_at timestamptz,
  updated_at timestamptz,
  constraint contact_tags_name_unique unique (name) deferrable initially deferred
);
create index contact_tags_created_at_index on contact_tags (created_at, id);
create index contact_tags_type_index on contact_tags (type);

create table contact_list_contacts (
  id bigint primary key,
  contact_list_id bigint not null,
  contact_id bigint not null,
  status text not null default 'active' check (status in ('active', 'inactive')),
  added_at timestamptz not null default now(),
  removed_at timestamptz,
  added_by bigint,
  created_at timestamptz,
  updated_at timestamptz,
  constraint unique_list_contact unique (contact_list_id, contact_id) deferrable initially deferred,
  constraint contact_list_contacts_contact_list_id_foreign foreign key (contact_list_id) references contact_lists (id)
    deferrable initially deferred,
  constraint contact_list_contacts_contact_id_foreign foreign key (contact_id) references contacts (id) deferrable initially deferred
);
create index contact_list_contacts_contact_list_id_status_index on contact_list_contacts (contact_list_id, status);
create index contact_list_contacts_contact_id_status_index on contact_list_contacts (contact_id, status);
create index contact_list_contacts_added_at_index on contact_list_contacts (added_at);

-- migrate:down
drop table contact_list_contacts;
drop table contact_tags;
drop table contacts;
drop table contact_lists;
