/// The billing systems whose webhooks tell of cancellations, churn, payments and revenue.
package enum BillingProvider: String, Sendable, CaseIterable, Hashable {
    case stripe, paddle, chargebee, recurly
}
