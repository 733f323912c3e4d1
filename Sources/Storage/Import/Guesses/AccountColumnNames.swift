import Playbooks

/// What exports call the columns that become built-in attributes of accounts, simplified, the likelier names first.
enum AccountColumnNames {
    static let key = [
        "key", "account_key", "customer_key", "account_id", "customer_id", "company_id", "org_id", "organization_id",
        "tenant_id", "client_id", "id", "account", "customer", "account_number", "customer_number", "account_no",
        "customer_no", "group_id", "customers_id", "user_id", "record_id", "external_id",
        "kundennummer", "kundennr", "kunden_nr", "kunden_id", "kunden_nummer", "n_client", "no_client",
        "numéro_client", "numero_client", "id_client", "id_cliente", "número_de_cliente", "numero_de_cliente",
        "código_de_cliente", "código_cliente",
        "klantnummer", "klant_nr", "klantnr", "klant_id", "debiteurnummer", "codice_cliente", "numero_cliente",
        "código_do_cliente", "id_do_cliente", "número_do_cliente", "mandant", "debitor", "debiteur", "kundnummer",
    ]
    static let name = [
        "name", "company", "company_name", "account_name", "customer_name", "organization", "organisation", "client",
        "organization_name", "business_name", "account_company_name", "account_company", "customer_company",
        "company_legal_name",
        "firma", "firmenname", "unternehmen", "kunde", "kundenname", "raison_sociale", "société", "societe",
        "entreprise", "nom_du_client", "nom_client", "razón_social", "razon_social", "empresa", "nombre_de_la_empresa",
        "bedrijf", "bedrijfsnaam", "klantnaam", "azienda", "ragione_sociale", "nome_cliente", "razão_social",
        "nome_da_empresa", "bedriftsnavn", "firmanavn", "nom_du_compte", "kontoname", "nombre_de_la_cuenta",
        "nome_da_conta",
    ]
    /// Names of columns that may be those of people or of anything.
    static let otherNames = [
        "customer", "account", "tenant_name", "tenant", "display_name", "customer_display_name", "client_name",
        "organisation_name", "org_name", "org", "workspace_name", "workspace", "team_name", "business", "trading_name",
        "record", "legal_name", "full_company_name", "unternehmensname", "betrieb", "nom_de_l_entreprise",
        "nom_entreprise",
        "nom_de_la_société", "nom_de_société", "nom_société", "nom_de_la_societe", "dénomination", "denomination",
        "nom",
        "nombre_comercial", "nombre_empresa", "nombre_del_cliente", "nombre_cliente", "nombre", "cliente",
        "denominazione", "nome_azienda", "nome_società", "nome", "nome_da_empresa", "nome_do_cliente", "naam", "klant",
        "organisatie", "debiteur", "label", "title", "shop_name", "shop", "store_name", "site_name", "school_name",
        "practice_name", "property_name", "restaurant_name", "venue", "contact_name", "name_1", "name1", "företag",
        "företagsnamn", "nazwa_firmy", "nazwa", "virksomhed", "yritys", "kund", "kundnamn", "namn", "navn", "klient",
        "asiakas", "zákazník",
    ]
    static let created = [
        "became_customer", "became_client", "became_paying", "converted_at", "converted_on", "conversion_date",
        "customer_from", "activated", "activated_at", "activated_on", "started_at", "started_on", "started",
        "first_paid_at", "kunde_ab", "became_a_customer_date", "became_customer_date",
        "became_a_customer", "became_customer_on", "created_at",
        "created",
        "signup_date", "sign_up_date", "signed_up_at", "signed_up", "signed_up_on", "signup",
        "created_date", "created_on", "date_created", "creation_date", "account_created", "customer_since", "since",
        "registration_date", "registered_at", "registered_on", "registered", "join_date", "joined", "joined_on",
        "activation_date", "start_date", "contract_start", "onboarded_at",
        "create_date", "creation_time", "created_time", "account_created_at", "account_created_date", "date_added",
        "company_created_at", "company_created",
        "added_on", "added_at", "registered_date", "date_registered", "date_joined", "joined_at", "signed_up_date",
        "sign_up", "signup_at", "customer_since_date", "client_since", "member_since", "contract_start_date",
        "contract_begin", "subscription_start", "subscription_start_date", "subscription_created_at", "start",
        "valid_from", "inserted_at", "signed", "signed_on", "signed_at", "date_signed", "go_live", "go_live_date",
        "live_since", "onboarding_date", "onboarded", "onboarded_on", "opened_at", "opened_on", "date_opened",
        "begin_date",
        // German
        "gültig_ab", "gültig_seit", "vertragsbeginn", "vertragsstart", "vertragsabschluss", "kunde_seit",
        "mitglied_seit", "angelegt_am",
        "angelegt", "erstellt_am", "erstellt", "erstelldatum", "anlagedatum", "registriert_am", "registrierungsdatum",
        "anmeldedatum", "beitrittsdatum", "eintrittsdatum", "startdatum", "abobeginn", "abo_beginn", "beginn",
        "abschluss",
        "abschlussdatum",
        // French
        "date_d_inscription", "date_inscription", "inscrit_le", "inscription", "date_de_création", "date_de_creation",
        "date_création", "date_creation", "créé_le", "cree_le", "client_depuis", "membre_depuis", "date_d_adhésion",
        "date_d_adhesion", "début_de_contrat", "debut_de_contrat", "début_du_contrat", "debut_du_contrat",
        "date_de_début", "date_de_debut", "date_de_souscription", "date_d_abonnement", "date_d_entrée",
        "date_de_signature", "signé_le",
        // Spanish
        "fecha_de_alta", "fecha_alta", "alta", "fecha_de_registro", "fecha_registro", "fecha_de_creación",
        "fecha_de_creacion", "creado_el", "creado", "cliente_desde", "fecha_de_inicio", "fecha_inicio",
        "inicio_de_contrato", "inicio_del_contrato", "fecha_de_inscripción", "fecha_de_suscripción", "inicio",
        // Dutch, Italian, Portuguese
        "klant_sinds", "ingangsdatum", "aangemaakt_op", "aangemaakt", "aanmaakdatum", "startdatum_contract",
        "inschrijfdatum", "cliente_dal", "data_di_iscrizione", "data_iscrizione", "data_di_creazione", "data_creazione",
        "data_inizio", "cliente_desde", "data_de_criação", "data_de_cadastro", "data_de_início", "begindatum",
        // Swedish, Danish, Norwegian, Polish
        "avtalsstart", "skapad", "kunde_fra", "asiakas_alkaen", "zákazník_od", "data_de_entrada", "on_board_since",
        "startdato", "oprettet", "opprettet", "kunde_siden", "data_rozpoczęcia",
    ]
    static let mrr = [
        "mrr", "monthly_revenue", "monthly_recurring_revenue", "monthly_amount", "monthly_price", "monthly_fee",
        "monthly_spend", "monthly_value", "current_mrr", "mrr_amount", "subscription_mrr",
        "monatsbeitrag", "monatspreis", "monatsumsatz", "monatlicher_betrag", "monatlicher_umsatz", "monatsgebühr",
        "monatliche_gebühr", "montant_mensuel", "montant_mensuel_ht", "revenu_mensuel", "prix_mensuel",
        "abonnement_mensuel", "monthly_subscription", "monthly_cost", "monthly_charge", "monthly_payment",
        "monthly_rate",
        "monthly", "per_month", "price_per_month", "fee_per_month", "pays_month", "pays_per_month", "amount_per_month",
        "net_mrr",
        "total_mrr", "mrr_total", "contract_mrr", "contracted_mrr", "committed_mrr", "plan_mrr",
        "company_monthly_spend",
        "monthly_subscription_fee", "monthly_subscription_price", "monatlich", "monatliche_kosten",
        "monatskosten",
        "monatsbetrag", "monatsrate", "monatliche_rate", "monatlicher_beitrag", "monatlicher_preis",
        "beitrag_pro_monat",
        "preis_pro_monat", "betrag_pro_monat", "mensualité", "mensualite", "mensualidad", "mensualidade", "mensalidade",
        "canone_mensile", "importo_mensile", "prezzo_mensile", "maandbedrag", "maandprijs", "maandelijks_bedrag",
        "bedrag_per_maand", "valor_mensal", "tarif_mensuel", "coût_mensuel", "importe_mensual", "cuota_mensual",
        "precio_mensual", "ingreso_mensual", "prijs_per_maand", "prijs_maand", "mtl_preis", "mtl_betrag", "preis_mtl",
        "per_maand", "prix_par_mois", "prix_mois", "precio_al_mes", "precio_por_mes", "prezzo_al_mese",
        "preço_por_mês", "monatlich_wiederkehrender_umsatz",
        "revenu_mensuel_récurrent", "ingresos_recurrentes_mensuales", "ingreso_recurrente_mensual",
        "monatl_gebühr", "preis_monat", "abo_mtl", "prijs_p_m", "abonnement_per_maand", "månadsavgift", "månadspris",
        "pris_per_månad", "månadskostnad", "månedspris", "månedlig_pris", "månedlig_ydelse", "pris_pr_måned",
        "pris_per_måned", "abonnement_pr_måned", "opłata_miesięczna", "abonament_miesięczny", "cena_miesięczna",
        "cena_za_miesiąc", "kuukausihinta", "kuukausimaksu", "měsíční_platba", "měsíční_poplatek", "měsíční_cena",
        "maandelijks_terugkerende_omzet", "receita_recorrente_mensal", "ricavi_ricorrenti_mensili",
    ]
    /// Names that are those of the revenue only where an amount is in a currency: `£/month`, and not the number of a month.
    static let mrrInCurrency: Set<String> = ["month", "monat", "mois", "paying", "pays", "zahlt"]
    /// The revenue of a change, and not that of a month: `New MRR`, `MRR change`.
    private static let ofChanges: Set<String> = [
        "new", "change", "delta", "lost", "churned", "churn", "expansion", "contraction", "growth", "previous", "last",
        "target",
        "potential", "expected", "initial", "starting", "max", "min", "average", "avg", "forecast", "goal", "at",
        "risk",
    ]
    private static let ofYears: Set<String> = ["annual", "annually", "annualized", "annualised", "yearly", "year"]
    /// Whether some word of a name is MRR: `MRR__c`, `custom.MRR`.
    static func namesMRR(_ name: String) -> Bool {
        let words = name.split(separator: "_").map(String.init)
        return words.contains("mrr") && !words.contains(where: { ofChanges.contains($0) || ofYears.contains($0) })
    }

    /// Whether it is MRR and of a year, which may be either: `Annual MRR`.
    static func namesAnnualMRR(_ name: String) -> Bool {
        let words = name.split(separator: "_").map(String.init)
        return words.contains("mrr") && words.contains(where: ofYears.contains)
            && !words.contains(where: ofChanges.contains)
    }

    /// Whether it is that of amounts that customers pay.
    static func namesMoney(_ name: String) -> Bool {
        namesMRR(name) || namesAnnualMRR(name)
            || [mrr, arr, amount, turnover].contains { $0.contains(core(ofMoney: name)) } || MoneyName(name).isPaid
    }

    private static let ofBeginnings = [
        "created", "creation", "createdon", "signup", "signed_up", "erstell", "angelegt", "registr", "inscri",
        "création",
        "creación", "creazione", "criação", "customer_since", "client_since", "depuis", "desde", "sinds", "sedan",
        "kunde_seit",
        "attivazione", "eintritt", "onboard", "rejestrac", "début_d", "fecha_de_inicio", "inizio", "início", "beginn",
        "klient_od",
        "kund_sedan", "dołącz", "kunde_siden", "oprettet", "start_date", "begin_date", "first_subscri", "first_paid",
        "first_payment", "signatur", "rozpocz", "avtalsstart",
    ]
    /// The name without what a tool puts before the columns of accounts: `churned_at` of `organization_churned_at`.
    static func withoutOwner(_ name: String) -> String {
        let owners: Set<Substring> = [
            "custom", "customer", "customers", "organization", "organisation", "account", "accounts", "company",
            "companies", "org", "client", "properties", "subscription", "subscriptions", "contract", "membership",
        ]
        return name.split(separator: "_").drop(while: owners.contains).joined(separator: "_")
    }

    /// Whether a name is that of a beginning, whatever else stands in it: `CREATEDDATE`, `Organization created`.
    static func namesBeginning(_ name: String) -> Bool {
        ofBeginnings.contains { name.contains($0) }
            && ![
                "last", "update", "modif", "by", "owner", "contact", "inact", "trial", "churn", "cancel", "next",
                "login", "baja", "period", "term", "current", "project", "campaign", "renew",
            ].contains { name.contains($0) }
    }

    /// The words of a column of amounts without those of currencies, units and taxes: `MRR (cents)`, `Monatsbeitrag netto`.
    static func core(ofMoney name: String) -> String {
        ColumnMap.simplified(name).split(separator: "_").filter { word in
            !besideMoney.contains(word) && !cents.contains(word) && !thousands.contains(word)
                && !(word.count == 3 && Currency.isCode(word.uppercased())
                    && CurrencyCell.currency(inName: name) != nil)
        }.joined(separator: "_")
    }

    static let cents: Set<Substring> = ["cents", "cent", "centimes", "pence", "centavos"]
    static let thousands: Set<Substring> = [
        "k", "kusd", "keur", "teur", "tusd", "thousands", "thousand", "tsd", "tausend",
    ]
    private static let besideMoney: Set<Substring> = [
        "in", "netto", "net", "brutto", "gross", "ht", "ttc", "hors", "taxe", "taxes", "excl", "exkl", "exc", "ex",
        "incl",
        "inkl", "tax",
        "vat", "mwst", "ust", "zzgl", "iva", "sin", "con", "btw", "the", "of", "current", "aktueller", "usd", "eur",
        "gbp", "dollar",
        "dollars", "euro", "euros",
    ]

    static let arr = [
        "arr", "yearly_revenue_contracted", "annual_fee", "annual_subscription", "yearly_fee", "yearly_price",
        "price_per_year",
        "jahresbeitrag", "jahrespreis", "jahresbetrag", "jahresgebühr", "annual_recurring_revenue", "acv",
        "annual_contract_value", "annual_contract_value_converted",
        "arr_converted", "annual_recurring_revenue_converted", "annual_amount", "annual_price",
    ]
    /// What a customer itself turns over, as CRMs keep it.
    static let turnover = [
        "annual_revenue", "annualrevenue", "yearly_revenue", "annual_revenue_converted", "estimated_annual_revenue",
        "company_revenue", "jahresumsatz", "chiffre_d_affaires", "facturación_anual", "fatturato",
    ]
    /// An amount for as long as `interval` says.
    static let amount = [
        "unit_amount", "plan_unit_amount", "unit_price", "price_per_seat", "price_per_unit", "einzelpreis", "amount",
        "plan_amount", "subscription_amount", "plan_price", "price", "subscription_price",
        "recurring_amount", "recurring_price", "billing_amount", "subscription_value", "contract_value", "total",
        "value",
        "order_total", "recurring_total", "subscription_total", "renewal_total", "renewal_amount",
        "betrag", "preis", "montant", "prix", "importe", "precio",
    ]
    static let interval = [
        "interval", "plan_interval", "plan_interval_unit", "interval_unit", "billing_period_unit", "billing_interval",
        "billing_period", "billing_cycle", "billing_frequency",
        "subscription_interval", "subscription_period", "payment_interval", "payment_frequency", "frequency",
        "recurrence",
        "term", "period", "plan_period", "invoice_interval", "abrechnungszeitraum", "zahlungsintervall", "intervall",
        "zahlungsweise", "périodicité", "periodicite", "fréquence", "frequence", "periodicidad", "frecuencia",
        "periodo", "zahlweise", "zahlungsrhythmus", "zahlrhythmus", "turnus", "zahlungsturnus", "abrechnung",
        "abrechnungsintervall", "rechnungsintervall", "rhythmus", "facturation", "rythme_de_paiement", "ciclo",
        "ciclo_de_facturación", "forma_de_pago", "betaaltermijn", "betaalperiode", "periodiciteit", "cadenza",
        "periodicità",
        "periodicidade", "billing", "billed", "paid", "payment_cycle", "payment_period", "payment_plan", "cycle",
    ]
    /// The number of intervals, where their unit stands apart.
    static let intervalCount = [
        "interval_count", "plan_interval_length", "interval_length", "plan_interval_count", "billing_interval_count",
        "billing_period_length", "period_length", "billing_period_count", "billing_cycle_frequency",
    ]
    static let quantity = [
        "quantity", "qty", "plan_quantity", "subscription_quantity", "menge", "anzahl", "quantité", "cantidad",
    ]
    static let churned = [
        "churned_at", "churn_date", "churned_on", "deleted", "canceled_at", "cancelled_at", "cancellation_date",
        "canceled_on",
        "cancelled_on", "cancel_date", "date_cancelled", "date_canceled", "cancelled_date", "canceled_date",
        "cancelled",
        "canceled", "churned", "deactivated_at", "closed_at", "ended_at",
        "gekündigt_am", "gekuendigt_am", "kündigung_am", "kuendigung_am", "kündigung_zum", "kuendigung_zum",
        "kündigungsdatum", "kuendigungsdatum", "gekündigt_zum", "date_de_résiliation",
        "date_de_resiliation", "résilié_le", "resilie_le", "fecha_de_baja", "fecha_baja", "fecha_de_cancelación",
        "fecha_de_cancelacion",
        "opgezegd_op", "opzegdatum", "datum_opzegging", "beëindigd_op", "data_di_disdetta", "data_disdetta",
        "disdetto_il", "data_de_cancelamento", "cancelado_em", "data_de_rescisão",
        "left", "left_on", "left_at", "date_left", "termination_date", "terminated_at", "terminated_on", "terminated",
        "contract_ended", "contract_ended_on", "lost_date", "lost_on", "lost_at", "date_lost", "exit_date", "exit",
        "exited_at", "exited_on", "deleted_at", "deleted_on", "archived_at", "archived_on", "deactivated_on",
        "deactivated",
        "deactivation_date", "date_deactivated", "closed_on", "date_closed", "inactive_since", "cancelled_since",
        "offboarded_at", "offboarded_on", "offboarding_date", "last_day", "ended_on", "ended", "stopped_at",
        "stopped_on",
        "beendet_am", "beendet", "beendigung", "kündigung_per", "kuendigung_per", "gekündigt_per", "gekündigt_seit",
        "kündigung", "kuendigung", "gekündigt", "gekuendigt", "austritt", "austritt_am", "austrittsdatum",
        "ausgetreten_am", "résiliation", "resiliation", "résilié", "resilie", "date_de_sortie", "parti_le",
        "baja", "fecha_de_salida", "cancelado", "cancelada", "opgezegd", "opzegging", "beëindigd",
        "einddatum_abonnement",
        "disdetta", "disdetta_il", "opgezegd_per", "opgezegd_met_ingang_van", "data_cessazione", "cessazione",
        "cessato_il", "cancelamento", "encerrado_em", "encerramento",
        "data_de_saída", "rescisão", "cancelado_el", "cancelada_el", "vertrokken_op", "ausgeschieden_am",
        "uppsagd", "uppsagt", "uppsagd_per", "uppsagt_per", "uppsägningsdatum", "avslutad", "avslutat", "avslutsdatum",
        "opsagt", "opsagt_pr", "opsagt_den", "opsigelsesdato", "ophørt", "ophørt_den", "ophørsdato", "oppsagt",
        "avsluttet_dato", "off_board", "off_boarded", "datum_ukončení", "churn_ts", "churned_ts", "data_rezygnacji",
        "rezygnacja", "wypowiedziano", "data_wypowiedzenia",
    ]
    /// The end of a contract or of a period, which for most is a renewal: who has left where it lies behind, for others it is
    /// empty.
    static let ended = [
        "end", "end_date", "customer_until", "client_until", "until", "kunde_bis", "valid_to", "valid_until",
        "valid_till", "gültig_bis", "geldig_tot", "valide_jusqu_au",
        "ends_on", "expired_at", "expired_on", "expiry_date", "expiration_date", "contract_end",
        "contract_end_date", "contract_ends", "ende", "vertragsende", "laufzeitende", "enddatum", "fin", "date_de_fin",
        "fin_de_contrat", "fin_du_contrat", "fecha_fin", "fecha_de_fin", "fin_de_contrato", "einddatum",
        "einddatum_contract", "data_fine", "fine_contratto", "data_fim", "fim_do_contrato", "data_de_término",
        "slutdatum", "slutdato", "data_zakończenia", "vertragsende_am",
    ]
}

extension AccountImport {
    /// Usual names of the columns of the account's contact.
    static let emailSynonyms = [
        "email", "email_address", "primary_email", "e_mail", "mail", "work_email",
        "primary_contact_email",
        "contact_e_mail", "primary_contact_e_mail", "billing_email", "customer_email", "admin_email",
    ]
    static let nameSynonyms = [
        "contact", "primary_contact", "primary_contact_name", "contact_person",
        "contact_principal", "contacto", "contacto_principal", "ansprechpartner", "ansprechpartnerin", "contactpersoon",
        "persona_di_contatto", "pessoa_de_contato", "kontakt",
        "kontaktperson", "referente", "contato", "persona_de_contacto", "interlocuteur", "nom_du_contact",
        "nom_contact",
        "nome_contatto", "nome_del_referente", "nome_do_contato", "nombre_de_contacto", "nombre_contacto",
    ]
}
