/** The originator of files to a bank, as a tenant enters it. */
export const ORIGINATOR = {
  company_name: 'Acme Industries',
  company_id: '1987654321',
  odfi_routing_number: '021000021',
  immediate_destination: '021000021',
  immediate_destination_name: 'First Bank of New York',
  immediate_origin: '1987654321',
};
