//! How the kinds of a thing are listed: layers, losses, optimisers and the like.

/// Makes the enum of all kinds of a thing from their list, a line each, in the order in which
/// messages name them. Below the enum stand the trait in which a kind says what others must know of
/// it, and the method that leads there.
///
/// A kind's name in a config is the one behind the arrow. A plain one has no settings: it is a type
/// of its own, in the module and with the name of its line.
///
/// Where all kinds have default settings, `defaults` behind the accessor's name lists them all.
macro_rules! register {
    (
        $(#[$attribute:meta])*
        enum $spec:ident: $says:ident by $accessor:ident, defaults;
        settings { $($(#[$about:meta])* $variant:ident($settings:ty) => $kind:ident,)* }
    ) => {
        register! {
            $(#[$attribute])*
            enum $spec: $says by $accessor;
            settings { $($(#[$about])* $variant($settings) => $kind,)* }
        }

        impl $spec {
            /// Each kind with its default settings.
            pub fn defaults() -> Vec<Self> {
                vec![$(Self::$variant(<$settings>::default()),)*]
            }
        }
    };
    (
        $(#[$attribute:meta])*
        enum $spec:ident: $says:ident by $accessor:ident;
        $(plain { $($(#[$first_about:meta])* $first:ident => $first_kind:ident,)* })?
        settings { $($(#[$about:meta])* $variant:ident($settings:ty) => $kind:ident,)* }
        $(plain { $($(#[$plain_about:meta])* $plain:ident => $plain_kind:ident,)* })?
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $spec {
            $($($(#[$first_about])* $first,)*)?
            $($(#[$about])* $variant($settings),)*
            $($($(#[$plain_about])* $plain,)*)?
        }

        impl $spec {
            /// The name of its kind, as in a config.
            pub fn kind(&self) -> &'static str {
                match self {
                    $($(Self::$first => stringify!($first_kind),)*)?
                    $(Self::$variant(_) => stringify!($kind),)*
                    $($(Self::$plain => stringify!($plain_kind),)*)?
                }
            }

            /// What it says of itself.
            pub fn $accessor(&self) -> &dyn $says {
                match self {
                    $($(Self::$first => &$first_kind::$first,)*)?
                    $(Self::$variant(settings) => settings,)*
                    $($(Self::$plain => &$plain_kind::$plain,)*)?
                }
            }
        }
    };
}

pub(crate) use register;
