-- Subscribers, campaigns with a row for each mail, and mail templates. Written by the newsletters projection alone.

-- migrate:up
create table newsletters (
  id bigint primary key,
  email varchar(255) not null,
  name varchar(255),
  phone varchar(255),
  status text not null default 'pending' check (status in ('subscribed', 'unsubscribed', 'pending', 'bounced')),
  preferences jsonb,
  subscribed_at timestamptz,
  unsubscribed_at timestamptz,
  subscription_source varchar(255),
  -- SHA-256 of the token: whoever reads this table cannot follow somebody's links.
  unsubscribe_token varchar(255),
  bounce_count integer not null default 0 check (bounce_count >= 0),
  last_bounce_at timestamptz,
  notes text,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint newsletters_unsubscribe_token_unique unique (unsubscribe_token) deferrable initially deferred
);
-- Uniqueness is decided by claims; deleted subscribers keep their address. A plain index, because one over an expression cannot be deferred
-- and two addresses may cross in a batch; `replay verify` checks it.
create index newsletters_email_unique on newsletters (lower(email));
create index newsletters_status_index on newsletters (status);
create index newsletters_subscribed_at_index on newsletters (subscribed_at);
create index newsletters_created_at_index on newsletters (created_at, id);

create table email_templates (
  id bigint primary key,
  name varchar(255) not null,
  slug varchar(255) not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  subject varchar(255) not null,
  html_content text not null,
  plain_content text,
  variables jsonb,
  category varchar(255) not null default 'newsletter',
  is_active boolean not null default true,
  created_by bigint,
  description text,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint email_templates_slug_unique unique (slug) deferrable initially deferred
);
create index email_templates_category_index on email_templates (category);
create index email_templates_is_active_index on email_templates (is_active);

create table campaigns (
  id bigint primary key,
  name varchar(255) not null,
  subject varchar(255) not null,
  content text not null,
  plain_text text,
  status text not null default 'draft' check (status in ('draft', 'scheduled', 'sending', 'sent', 'cancelled', 'failed')),
  scheduled_at timestamptz,
  sent_at timestamptz,
  created_by bigint,
  targeting_criteria jsonb,
  campaign_type varchar(255) not null default 'newsletter',
  email_template_id bigint,
  total_recipients integer not null default 0 check (total_recipients >= 0),
  total_sent integer not null default 0 check (total_sent >= 0),
  total_delivered integer not null default 0 check (total_delivered >= 0),
  total_opened integer not null default 0 check (total_opened >= 0),
  total_clicked integer not null default 0 check (total_clicked >= 0),
  total_bounced integer not null default 0 check (total_bounced >= 0),
  total_unsubscribed integer not null default 0 check (total_unsubscribed >= 0),
  notes text,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint campaigns_scheduled_at_check check (status <> 'scheduled' or scheduled_at is not null),
  constraint campaigns_email_template_id_foreign foreign key (email_template_id) references email_templates (id)
    deferrable initially deferred
);
create index campaigns_status_index on campaigns (status);
create index campaigns_scheduled_at_index on campaigns (scheduled_at);
create index campaigns_sent_at_index on campaigns (sent_at);
create index campaigns_campaign_type_index on campaigns (campaign_type);
create index campaigns_created_by_index on campaigns (created_by);
create index campaigns_created_at_index on campaigns (created_at, id);
create index campaigns_email_template_id_index on campaigns (email_template_id);

create table newsletter_campaigns (
  id bigint primary key,
  newsletter_id bigint not null,
  campaign_id bigint not null,
  status text not null default 'pending'
    check (status in ('pending', 'sent', 'delivered', 'opened', 'clicked', 'bounced', 'failed')),
  sent_at timestamptz,
  delivered_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  bounced_at timestamptz,
  failed_at timestamptz,
  bounce_reason varchar(255),
  failure_reason varchar(255),
  click_data jsonb,
  user_agent varchar(255),
  ip_address varchar(255),
  open_count integer not null default 0 check (open_count >= 0),
  click_count integer not null default 0 check (click_count >= 0),
  created_at timestamptz,
  updated_at timestamptz,
  constraint unique_newsletter_campaign unique (newsletter_id, campaign_id) deferrable initially deferred,
  constraint newsletter_campaigns_newsletter_id_foreign foreign key (newsletter_id) references newsletters (id)
    deferrable initially deferred,
  constraint newsletter_campaigns_campaign_id_foreign foreign key (campaign_id) references campaigns (id) deferrable initially deferred
);
create index newsletter_campaigns_status_index on newsletter_campaigns (status);
create index newsletter_campaigns_sent_at_index on newsletter_campaigns (sent_at);
create index newsletter_campaigns_opened_at_index on newsletter_campaigns (opened_at);
create index newsletter_campaigns_clicked_at_index on newsletter_campaigns (clicked_at);
create index newsletter_campaigns_campaign_id_status_index on newsletter_campaigns (campaign_id, status);

-- migrate:down
drop table newsletter_campaigns;
drop table campaigns;
drop table email_templates;
drop table newsletters;
