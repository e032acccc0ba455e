import SchemaBuilder, {
  type PothosInputFieldConfig,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import relay, { PothosRelayPlugin } from '@pothos/plugin-relay';

/**
 * The library's plugin without its global ids among arguments, of which we have none (`node-id.ts`): it would look for
 * them through all input types once for every field, which is most of what a large API takes to build.
 */
class RelayPlugin<Types extends SchemaTypes> extends PothosRelayPlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>) {
    return field;
  }

  /** Loud, because the argument would reach its resolver as it came. */
  override onInputFieldConfig(field: PothosInputFieldConfig<Types>) {
    if (field.extensions?.['isRelayGlobalID'])
      throw new Error(`The input "${field.name}" is a global id. Use t.arg.id, and node-id.ts to read it.`);
    return field;
  }
}

SchemaBuilder.allowPluginReRegistration = true;
SchemaBuilder.registerPlugin(relay, RelayPlugin);
SchemaBuilder.allowPluginReRegistration = false;

export default relay;
