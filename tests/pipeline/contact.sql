-- The application's table, and contacts for it: seeded, so that every run
-- has the same ones.
create schema if not exists app;
create table app.contact (
	id text primary key,
	email text not null,
	salutation text,
	first_name text,
	last_name text,
	company text,
	job_title text,
	website text,
	phone text,
	mobile text,
	stage text not null default 'lead',
	status text not null default 'active',
	consent boolean not null default true,
	birth_date date,
	annual_revenue numeric,
	employees bigint,
	vip boolean,
	country text,
	language text,
	address json,
	tags json,
	notes text,
	custom json,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);

-- Contact n: names in many scripts, decimals that no float holds, dates,
-- nulls and empty strings.
create function app.make_contact(n int) returns app.contact
language sql immutable as $$
	with w as (select
		('{Ann,José,Zoë,Łukasz,Нина,Ελένη,محمد,שרה,太郎,민수,สมชาย,Þór,अनिता,O''Neil,𝒥ane}'::text[])[1 + n % 15] as first,
		('{Smith,García,Müller,Wiśniewska,Иванова,Παπαδόπουλος,الأحمد,כהן,山田,김,ใจดี,Jónsdóttir,शर्मा,"van der Berg",Li}'::text[])[1 + n / 15 % 15] as last)
	select row(
		'c' || n,
		'Contact.' || n || '@Example' || n % 97 || '.com',
		(array['Ms', 'Mr', 'Dr', null, ''])[1 + n % 5],
		case when n % 41 = 0 then null when n % 43 = 0 then '' else w.first end,
		w.last,
		case when n % 3 = 0 then null else 'Company ' || n % 211 || ' & "Sons" \ Ltd' end,
		(array['Engineer', 'CEO', 'Φύλακας', null])[1 + n % 4],
		case when n % 2 = 0 then 'https://example.com/?q=' || n else null end,
		case when n % 7 = 0 then null else '+49 30 ' || 1000000 + n end,
		case when n % 5 = 0 then '+1 555 ' || 100000 + n else null end,
		(array['lead', 'qualified', 'customer', 'churned'])[1 + n % 4],
		'active',
		true,
		case when n % 6 = 0 then null else date '1940-02-29' + n * 13 % 25000 end,
		case n % 8 when 0 then null when 1 then 19.99 when 2 then 0.10
		    when 3 then 12345678901234567890.12 when 4 then 0
		    else (n * 7919 % 100000000)::numeric / 100 end,
		case when n % 4 = 0 then null when n % 1000 = 1 then 9007199254740993 else n * 31 % 50000 end,
		(array[true, false, null])[1 + n % 3],
		(array['DE', 'AT', 'US', 'JP', 'PL', null])[1 + n % 6],
		(array['de', 'en', 'ja', 'pl', null])[1 + n % 5],
		case when n % 9 = 0 then null else json_build_object(
		    'street', n || ' Main St.', 'city', (array['Berlin', '東京', 'Łódź', 'São Paulo'])[1 + n % 4],
		    'region', null, 'postal', lpad((n % 99999)::text, 5, '0')) end,
		case when n % 10 = 0 then null else json_build_array('t' || n % 3, 'all') end,
		case when n % 11 = 0 then E'line one\nline two\ttab "quoted" \\ end' else null end,
		case when n % 2 = 0 then json_build_object('tier', (array['gold', 'silver'])[1 + n % 4 / 2]) else null end,
		timestamptz '2026-01-31 12:00:00+00',
		timestamptz '2026-01-31 12:00:00+00')::app.contact
	from w
$$;
